// The loss by epoch: a curve, and its numbers for those who do not see it.
import { el, svg } from "../../base/dom";

const WIDTH = 520;
const HEIGHT = 120;
const LEFT = 40;
const BASE = 96;
const TOP = 12;

export function lossCurve(losses: number[]): HTMLElement {
  const high = Math.max(...losses, 1e-9);
  const last = losses[losses.length - 1] ?? 0;
  const step = (WIDTH - LEFT - 12) / Math.max(1, losses.length - 1);
  const points = losses.map((loss, at) => `${(LEFT + at * step).toFixed(1)},${(BASE - ((BASE - TOP) * loss) / high).toFixed(1)}`);
  const words = `Loss by epoch, from ${(losses[0] ?? 0).toFixed(3)} to ${last.toFixed(3)} in ${losses.length} epochs`;
  const curve = svg(
    "svg",
    { class: "bk-losses", role: "img", "aria-label": words, viewBox: `0 0 ${WIDTH} ${HEIGHT}` },
    svg("line", { class: "bk-axis", x1: LEFT, x2: WIDTH - 12, y1: BASE, y2: BASE }),
    svg("polyline", { class: "bk-loss", points: points.join(" ") }),
    svg("text", { x: 2, y: TOP + 4 }, high.toFixed(2)),
    svg("text", { x: 2, y: BASE }, "0"),
    svg("text", { x: LEFT, y: HEIGHT - 8 }, "epoch 1"),
    svg("text", { x: WIDTH - 12, y: HEIGHT - 8, "text-anchor": "end" }, `epoch ${losses.length}: ${last.toFixed(3)}`),
  );
  const numbers = el("details", {}, el("summary", {}, "Loss in numbers"), el("p", { class: "bk-mono bk-note" }, losses.map((loss) => loss.toFixed(3)).join("  ")));
  return el("div", {}, curve, numbers);
}
