// Columns of the layers' table with the values of the question that is shown.
import { el, svg } from "../../base/dom";
import { percent } from "../../base/format";
import { meter } from "../../base/meter";
import type { Column } from "../../base/table";
import type { Walk } from "../model_map/walk";
import type { Summary } from "./data";
import type { Session } from "./session";

const WIDTH = 56;
const HEIGHT = 11;

export function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

// Range, mean and deviation of each side.
export function valuesColumn(walk: Walk, session: Session, rows: () => number[]): Column<number> {
  const of = (at: number): (Summary | undefined)[] => session.sides.map(({ run }) => run.layers[walk.atlas.name(at, walk.chosen)]);
  const cell = (at: number): Node => {
    const widest = Math.max(...rows().flatMap((row) => of(row).flatMap((found) => (found ? [Math.abs(found[1]), Math.abs(found[2])] : []))));
    const lines = of(at).map((summary, side) => summary && line(summary, widest, session.sides[side]?.name ?? ""));
    return el("div", { class: "bk-bench-ranges" }, ...lines);
  };
  const key = (at: number): number => {
    const found = of(at).at(-1);
    return found ? found[2] - found[1] : -1;
  };
  return { name: "values", title: "values", cell, key, numeric: true };
}

function line(summary: Summary, widest: number, name: string): HTMLElement {
  const [, low, high, mean, deviation, bad] = summary;
  const words = `${name ? `${name}: ` : ""}${short(low)} to ${short(high)}`;
  const title = `mean ${short(mean)}, standard deviation ${short(deviation)}${bad ? `, ${bad} not finite` : ""}`;
  return el("div", { class: "bk-bench-range", title }, whisker(low, high, mean, deviation, widest), el("span", {}, words));
}

// A line from the least to the greatest value, a box of one deviation around the mean. The scale is that of the inverse
// hyperbolic sine: even near 0, like a logarithm far from it.
function whisker(low: number, high: number, mean: number, deviation: number, widest: number): SVGElement {
  const most = Math.asinh(widest) || 1;
  const x = (value: number): number => WIDTH / 2 + (Math.asinh(value) / most) * (WIDTH / 2 - 1);
  const middle = HEIGHT / 2;
  const [from, to] = [x(mean - deviation), x(mean + deviation)];
  return svg(
    "svg",
    { class: "bk-bench-whisker", width: WIDTH, height: HEIGHT, "aria-hidden": "true" },
    svg("line", { class: "bk-bench-whisker-zero", x1: WIDTH / 2, x2: WIDTH / 2, y1: 0, y2: HEIGHT }),
    svg("line", { class: "bk-bench-whisker-line", x1: x(low), x2: x(high), y1: middle, y2: middle }),
    svg("rect", { class: "bk-bench-whisker-box", x: Math.max(0, from), y: 2, width: Math.max(1.5, Math.min(WIDTH, to) - Math.max(0, from)), height: HEIGHT - 4, rx: 1.5 }),
  );
}

// By how much A and B differ in each layer.
export function differenceColumn(walk: Walk, session: Session, rows: () => number[]): Column<number> {
  const of = (at: number): number | undefined => session.comparison?.layers[walk.atlas.name(at, walk.chosen)];
  const cell = (at: number): Node | string => {
    const own = of(at);
    if (own === undefined) return "";
    const most = Math.max(...rows().map((row) => of(row) ?? 0));
    return meter(most > 0 ? own / most : 0, own === 0 ? "equal" : percent(own));
  };
  return { name: "difference", title: "A to B", cell, key: (at) => of(at) ?? -1, numeric: true };
}
