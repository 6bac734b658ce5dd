// A bar for each module on a logarithmic scale, as bertkit/widgets/parity/picture.py draws it.
import { svg } from "../../base/dom";
import { plural } from "../../base/format";
import { type Parity, short } from "./data";

const HEIGHT = 150;
const LEFT = 40;
const POWERS = [-7, -5, -3, -1, 1];

export function errors(found: Parity, width: number): SVGSVGElement {
  const step = (width - LEFT) / Math.max(1, found.modules.length);
  const y = (level: number): number => 6 + (1 - level) * (HEIGHT - 6);
  const lines = POWERS.flatMap((power) => {
    const at = y((power + 7) / 8);
    return [
      svg("line", { class: "bk-error-line", x1: LEFT, x2: width, y1: at, y2: at }),
      svg("text", { class: "bk-error-power", x: LEFT - 6, y: at + 4, "text-anchor": "end" }, `1e${power}`),
    ];
  });
  const bars = found.modules.map(([layer, , error, level, , , mark], at) =>
    svg("rect", { class: mark ? `bk-error bk-error-${mark.split(" ")[0]}` : "bk-error", "data-bk-layer": layer, x: LEFT + at * step, y: y(level), width: Math.max(1, step - 1), height: HEIGHT - y(level) + 1 }, svg("title", {}, `${layer}: ${short(error)}`)),
  );
  const above = found.modules.filter((module) => module[6]).length;
  const words = `Largest error of ${plural(found.modules.length, "module")} in the order of computation; ${above} above the tolerance of ${found.tolerance}`;
  const limit = svg("line", { class: "bk-error-limit", x1: LEFT, x2: width, y1: y(found.level), y2: y(found.level) });
  const caption = svg("text", { class: "bk-error-power", x: LEFT, y: HEIGHT + 16 }, `largest error by module; dashed: tolerance ${found.tolerance}`);
  return svg("svg", { class: "bk-errors", role: "img", "aria-label": words, width, height: HEIGHT + 22, viewBox: `0 0 ${width} ${HEIGHT + 22}` }, ...lines, ...bars, limit, caption);
}
