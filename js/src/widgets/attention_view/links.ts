// Which links hold a share of the attention, and lines between their tokens.
import { replace, svg } from "../../base/dom";
import { percent } from "../../base/format";
import { Roving } from "../../base/roving";
import type { Filter } from "./data";

export interface Link {
  query: number;
  key: number;
  share: number;
}

export interface Found {
  // The strongest, strongest first.
  links: Link[];
  // How many hold the share that was asked for.
  count: number;
  // Of the attention of the tokens that look, what goes to the tokens looked at, on average.
  mass: number;
}

const MOST_LINKS = 48;
const ALL_SHOWN = 30;
const LINE = 19;
const LONGEST = 18;

export const probability = (byte: number): number => (byte / 255) ** 2;

// The strongest links that together hold `part` of the attention between the filter's tokens. Bytes have 256 levels, so
// that counting replaces sorting.
export function strongest(bytes: Uint8Array, width: number, { rows, columns }: Filter, part: number): Found {
  const counts = new Array<number>(256).fill(0);
  for (const row of rows) for (const column of columns) (counts[bytes[row * width + column] as number] as number)++;
  const mass = counts.reduce((sum, count, byte) => sum + count * probability(byte), 0);
  let [level, held, count] = [255, 0, 0];
  for (; level > 0; level--) {
    count += counts[level] as number;
    held += (counts[level] as number) * probability(level);
    if (held >= part * mass) break;
  }
  const links: Link[] = [];
  for (const query of rows) {
    for (const key of columns) {
      const byte = bytes[query * width + key] as number;
      if (byte >= Math.max(level, 1)) links.push({ query, key, share: probability(byte) });
    }
  }
  links.sort((left, right) => right.share - left.share);
  return { links: links.slice(0, MOST_LINKS), count, mass: rows.length ? mass / rows.length : 0 };
}

export interface LinesOptions {
  pieces: string[];
  filter: Filter;
  found: Found;
  token: number | undefined;
  label: string;
  onToken: (token: number) => void;
  signal: AbortSignal;
}

// Two columns of tokens with lines between: all tokens of a short side, of a long one those with links, gaps marked.
export function drawLines(place: HTMLElement, options: LinesOptions): void {
  const { filter, found, token, pieces } = options;
  const left = shown(filter.rows, found.links.map(({ query }) => query));
  const right = shown(filter.columns, found.links.map(({ key }) => key));
  const width = Math.max(280, Math.min(place.clientWidth || 480, 620));
  const height = Math.max(left.length, right.length, 1) * LINE + 8;
  const [from, to] = [width * 0.36, width * 0.62];
  const y = (column: (number | undefined)[], at: number): number => 4 + (height - 8 - column.length * LINE) / 2 + (column.indexOf(at) + 0.5) * LINE;
  const curves = found.links.map(({ query, key, share }) => {
    const [top, bottom, half] = [y(left, query), y(right, key), (from + to) / 2];
    const lit = token === undefined || token === query || token === key;
    return svg(
      "path",
      { class: lit ? "bk-link" : "bk-link bk-link-dim", d: `M${from + 5} ${top}C${half} ${top} ${half} ${bottom} ${to - 5} ${bottom}`, "stroke-width": (0.75 + 5 * share).toFixed(2), opacity: lit ? (0.25 + 0.75 * Math.sqrt(share)).toFixed(2) : 0.1 },
      svg("title", {}, `${pieces[query]} → ${pieces[key]} ${percent(share)}`),
    );
  });
  const items: SVGElement[] = [];
  const text = (at: number | undefined, row: number, column: (number | undefined)[], x: number, anchor: string): SVGElement => {
    const middle = 4 + (height - 8 - column.length * LINE) / 2 + (row + 0.5) * LINE + 4;
    if (at === undefined) return svg("text", { class: "bk-link-gap", x, y: middle, "text-anchor": anchor, "aria-hidden": "true" }, "⋯");
    const piece = pieces[at] ?? "";
    const visible = piece.length > LONGEST ? `${piece.slice(0, LONGEST - 1)}…` : piece;
    const item = svg(
      "text",
      { class: "bk-link-token", x, y: middle, "text-anchor": anchor, role: "button", tabindex: -1, "aria-pressed": String(at === token), "aria-label": `${visible}, token ${at}, ${anchor === "end" ? "looks" : "looked at"}`, onclick: () => options.onToken(at) },
      visible,
    );
    item.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      options.onToken(at);
    });
    items.push(item);
    return item;
  };
  const tokens = [
    ...left.map((at, row) => text(at, row, left, from, "end")),
    ...right.map((at, row) => text(at, row, right, to, "start")),
  ];
  const drawing = svg("svg", { class: "bk-links", role: "group", "aria-label": options.label, width, height, viewBox: `0 0 ${width} ${height}` }, ...curves, ...tokens);
  const roving = new Roving(drawing, { items: () => items as unknown as SVGElement[], orientation: "vertical", signal: options.signal });
  roving.current(items.find((item) => item.getAttribute("aria-pressed") === "true") ?? items[0]);
  replace(place, drawing);
}

// The tokens of a column; undefined stands for a gap.
function shown(tokens: number[], linked: number[]): (number | undefined)[] {
  if (tokens.length <= ALL_SHOWN) return tokens;
  const wanted = [...new Set(linked)].sort((one, other) => one - other);
  return wanted.flatMap((at, place) => (place && at !== (wanted[place - 1] as number) + 1 ? [undefined, at] : [at]));
}
