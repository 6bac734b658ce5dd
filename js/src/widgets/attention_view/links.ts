// Which links hold a share of the attention, and lines between their tokens.
import { replace, svg } from "../../base/dom";
import { percent } from "../../base/format";
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

const MOST_LINKS = 60;
const MOST_TOKENS = 20;
const ALL_SHOWN = 30;
const LINE = 19;
const GAP = 11;
const LONGEST = 18;

// A piece of a vocabulary may be of any length.
export const cut = (piece: string): string => (piece.length > LONGEST ? `${piece.slice(0, LONGEST - 1)}…` : piece);

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
  return { links: readable(links), count, mass: rows.length ? mass / rows.length : 0 };
}

// As many of the links as can be read: few enough, between few enough tokens.
function readable(links: Link[]): Link[] {
  const [queries, keys] = [new Set<number>(), new Set<number>()];
  return links.slice(0, MOST_LINKS).filter(({ query, key }) => {
    const room = (queries.has(query) || queries.size < MOST_TOKENS) && (keys.has(key) || keys.size < MOST_TOKENS);
    if (room) queries.add(query) && keys.add(key);
    return room;
  });
}

export interface LinesOptions {
  pieces: string[];
  filter: Filter;
  found: Found;
  token: number | undefined;
  label: string;
  onToken: (token: number) => void;
}

// Two columns of tokens with lines between: all tokens of a short side, of a long one those with links, gaps marked.
export function drawLines(place: HTMLElement, options: LinesOptions): void {
  const { filter, found } = options;
  const rows = shown(filter.rows, found.links.map(({ query }) => query));
  const columns = shown(filter.columns, found.links.map(({ key }) => key));
  const width = Math.max(280, Math.min(place.clientWidth || 480, 620));
  const height = Math.max(length(rows), length(columns)) + 8;
  const left: Side = { tokens: rows, x: width * 0.36, top: (height - length(rows)) / 2, looks: true };
  const right: Side = { tokens: columns, x: width * 0.62, top: (height - length(columns)) / 2, looks: false };
  const curves = found.links.map((link) => curve(link, left, right, options));
  const texts = [left, right].flatMap((side) => side.tokens.map((token, row) => text(token, row, side, options)));
  replace(place, svg("svg", { class: "bk-links", role: "group", "aria-label": options.label, width, height, viewBox: `0 0 ${width} ${height}` }, ...curves, ...texts));
  (place.querySelector('[aria-pressed="true"]') ?? place.querySelector(".bk-link-token"))?.setAttribute("tabindex", "0");
}

// A column of tokens; undefined stands for a gap.
interface Side {
  tokens: (number | undefined)[];
  x: number;
  top: number;
  looks: boolean;
}

const length = (tokens: (number | undefined)[]): number => tokens.reduce((sum: number, token) => sum + (token === undefined ? GAP : LINE), 0);

const middle = ({ top, tokens }: Side, row: number): number => top + length(tokens.slice(0, row)) + (tokens[row] === undefined ? GAP : LINE) / 2;

function curve({ query, key, share }: Link, left: Side, right: Side, { pieces, token }: LinesOptions): SVGElement {
  const [from, to, half] = [left.x + 5, right.x - 5, (left.x + right.x) / 2];
  const [start, end] = [middle(left, left.tokens.indexOf(query)), middle(right, right.tokens.indexOf(key))];
  const lit = token === undefined || token === query || token === key;
  const opacity = lit ? (0.25 + 0.75 * Math.sqrt(share)).toFixed(2) : 0.1;
  return svg(
    "path",
    { class: lit ? "bk-link" : "bk-link bk-link-dim", d: `M${from} ${start}C${half} ${start} ${half} ${end} ${to} ${end}`, "stroke-width": (0.75 + 5 * share).toFixed(2), opacity },
    svg("title", {}, `${pieces[query]} → ${pieces[key]} ${percent(share)}`),
  );
}

function text(at: number | undefined, row: number, side: Side, { pieces, token, onToken }: LinesOptions): SVGElement {
  const place = { x: side.x, y: middle(side, row) + 4, "text-anchor": side.looks ? "end" : "start" };
  if (at === undefined) return svg("text", { class: "bk-link-gap", "aria-hidden": "true", ...place }, "⋯");
  const piece = pieces[at] ?? "";
  const visible = cut(piece);
  const item = svg(
    "text",
    { class: "bk-link-token", role: "button", tabindex: -1, "aria-pressed": String(at === token), "aria-label": `${visible}, token ${at}, ${side.looks ? "looks" : "looked at"}`, onclick: () => onToken(at), ...place },
    visible,
  );
  item.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    onToken(at);
  });
  return item;
}

// The tokens of a column; undefined stands for a gap.
function shown(tokens: number[], linked: number[]): (number | undefined)[] {
  if (tokens.length <= ALL_SHOWN) return tokens;
  const wanted = [...new Set(linked)].sort((one, other) => one - other);
  return wanted.flatMap((at, place) => (place && at !== (wanted[place - 1] as number) + 1 ? [undefined, at] : [at]));
}
