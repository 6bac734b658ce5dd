// Two shares for each of a row of places: one drawn up from the axis, one down, and spans in lanes below.
import { svg } from "./dom";

export interface Band {
  first: number;
  last: number;
  lane: number;
  label: string;
  chosen: boolean;
  best: boolean;
  onClick: () => void;
}

export interface Curves {
  label: string;
  // In pixels.
  width: number;
  // The places shown: from the first up to, not including, the last.
  from: number;
  to: number;
  up: { name: string; shares: number[]; other?: number[] | undefined };
  down: { name: string; shares: number[]; other?: number[] | undefined };
  bands: Band[];
  // What stands below a place; numbers where the labels are too many.
  names: string[];
  // The place of the cursor.
  at: number;
}

export const LEFT = 66;
const HALF = 60;
const TOP = 12;
const LANE = 18;
const ROOM = 34;

export function curves(data: Curves): SVGSVGElement {
  const { from, to, width } = data;
  const step = (width - LEFT) / Math.max(1, to - from);
  const x = (place: number): number => LEFT + (place - from) * step;
  const axis = TOP + HALF;
  const lanes = data.bands.reduce((most, { lane }) => Math.max(most, lane + 1), 0);
  const bottom = axis + HALF + 8 + lanes * LANE;
  const parts: SVGElement[] = [
    svg("rect", { class: "bk-curve-cursor", x: x(data.at) - 0.5, width: Math.max(step, 2) + 1, y: 0, height: bottom }),
    ...scale(data, width, axis),
    ...bars(data.up.shares, "bk-curve-up", from, to, x, step, (share) => axis - share * HALF),
    ...bars(data.down.shares, "bk-curve-down", from, to, x, step, () => axis),
    ...[data.up, data.down].flatMap(({ other }, at) => (other ? [outline(other, from, to, x, axis, at ? HALF : -HALF)] : [])),
    svg("line", { class: "bk-axis", x1: LEFT, x2: width, y1: axis, y2: axis }),
    ...data.bands.flatMap((band) => drawBand(band, from, to, x, axis + HALF + 8)),
    ...ticks(data, x, step, bottom),
  ];
  return svg("svg", { class: "bk-curve", role: "img", "aria-label": data.label, width, height: bottom + 20, viewBox: `0 0 ${width} ${bottom + 20}` }, ...parts);
}

// Which place a click means.
export function placeAt(event: MouseEvent, element: Element, { from, to }: { from: number; to: number }): number | undefined {
  const box = element.getBoundingClientRect();
  const share = (event.clientX - box.left - LEFT) / (box.width - LEFT);
  return share < 0 || share >= 1 ? undefined : from + Math.floor(share * (to - from));
}

function scale({ up, down }: Curves, width: number, axis: number): SVGElement[] {
  const line = (y: number, words: string): SVGElement[] => [
    svg("line", { class: "bk-curve-grid", x1: LEFT, x2: width, y1: y, y2: y }),
    svg("text", { class: "bk-curve-text", x: LEFT - 6, y: y + 4, "text-anchor": "end" }, words),
  ];
  const name = (words: string, y: number, kind: string): SVGElement[] => [
    svg("rect", { class: kind, x: 2, y: y - 9, width: 8, height: 9 }),
    svg("text", { class: "bk-curve-text", x: 14, y }, words),
  ];
  return [
    ...line(axis - HALF, "100 %"),
    ...line(axis, "0"),
    ...line(axis + HALF, "100 %"),
    ...name(up.name, axis - HALF / 2 + 4, "bk-curve-up"),
    ...name(down.name, axis + HALF / 2 + 4, "bk-curve-down"),
  ];
}

function bars(shares: number[], kind: string, from: number, to: number, x: (place: number) => number, step: number, top: (share: number) => number): SVGElement[] {
  const drawn: SVGElement[] = [];
  const gap = step > 6 ? 1 : 0;
  for (let place = from; place < to; place++) {
    const share = shares[place] ?? 0;
    if (share * HALF < 0.3) continue;
    drawn.push(svg("rect", { class: kind, x: x(place) + gap, y: top(share), width: Math.max(step - 2 * gap, 1.5), height: share * HALF }));
  }
  return drawn;
}

// The same shares after a change, as a dashed line over the bars.
function outline(shares: number[], from: number, to: number, x: (place: number) => number, axis: number, half: number): SVGElement {
  let path = `M${x(from)} ${axis}`;
  for (let place = from; place < to; place++) path += `V${(axis + (shares[place] ?? 0) * half).toFixed(1)}H${x(place + 1).toFixed(1)}`;
  return svg("path", { class: "bk-curve-other", d: path });
}

function drawBand(band: Band, from: number, to: number, x: (place: number) => number, top: number): SVGElement[] {
  if (band.last < from || band.first >= to) return [];
  const left = x(Math.max(band.first, from));
  const wide = Math.max(x(Math.min(band.last + 1, to)) - left, 4);
  const y = top + band.lane * LANE;
  const kind = `bk-band${band.best ? " bk-band-best" : ""}${band.chosen ? " bk-band-chosen" : ""}`;
  const label = wide > 14 ? clipped(band.label, wide) : "";
  const group = svg("g", { class: kind, onclick: band.onClick }, svg("title", {}, band.label), svg("rect", { x: left, y, width: wide, height: LANE - 4, rx: 3 }));
  if (label) group.append(svg("text", { x: left + 4, y: y + LANE - 8 }, label));
  return [group];
}

function ticks({ from, to, names }: Curves, x: (place: number) => number, step: number, y: number): SVGElement[] {
  const named = step >= ROOM;
  const every = named ? 1 : Math.max(1, Math.ceil(60 / step / 10) * 10);
  const drawn: SVGElement[] = [];
  for (let place = named ? from : Math.ceil(from / every) * every; place < to; place += every) {
    const words = named ? clipped(names[place] ?? "", step + 4) : String(place);
    drawn.push(svg("text", { class: "bk-curve-text", x: x(place) + step / 2, y: y + 14, "text-anchor": "middle" }, words));
  }
  return drawn;
}

function clipped(text: string, width: number): string {
  const most = Math.floor((width - 4) / 6.4);
  return text.length <= most ? text : most < 2 ? "" : `${text.slice(0, most - 1)}…`;
}
