// Strokes as SVG: one line each, or one a segment where the pen told its pressure.
import { el, svg } from "../../base/dom";
import type { Stroke } from "./data";

const WIDTH = 14;

export function ink([x, y, pressure]: Stroke): SVGElement {
  if (!pressure || x.length < 2) {
    const points = x.map((across, at) => `${across},${y[at]}`);
    if (points.length === 1) points.push(points[0] as string);
    return svg("polyline", { class: "bk-ink", points: points.join(" "), "stroke-width": width(pressure?.[0]) });
  }
  const lines = x.slice(1).map((across, at) => svg("line", { class: "bk-ink", x1: x[at], y1: y[at], x2: across, y2: y[at + 1], "stroke-width": width(pressure[at + 1]) }));
  return svg("g", {}, ...lines);
}

export function thumbnail(strokes: Stroke[], side: number): HTMLElement {
  return el("span", { class: "bk-thumb", "aria-hidden": "true" }, svg("svg", { viewBox: `0 0 ${side} ${side}` }, ...strokes.map(ink)));
}

// As wide as bertkit/drawing/raster.py draws it.
function width(pressure = 50): number {
  return WIDTH * (0.6 + 0.008 * pressure);
}
