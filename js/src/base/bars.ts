// A small bar chart, with its numbers in words for those who do not see it.
import { svg } from "./dom";

const HEIGHT = 72;
const STEP = 5;

export function bars(counts: number[], description: string, marked = -1): SVGSVGElement {
  const most = Math.max(1, ...counts);
  const columns = counts.map((count, at) => {
    const height = count === 0 ? 0 : Math.max(1, (count / most) * HEIGHT);
    return svg("rect", { class: at === marked ? "bk-bar bk-bar-marked" : "bk-bar", x: at * STEP, y: HEIGHT - height, width: STEP - 1, height });
  });
  const base = svg("line", { class: "bk-axis", x1: 0, x2: counts.length * STEP, y1: HEIGHT + 0.5, y2: HEIGHT + 0.5 });
  return svg(
    "svg",
    { class: "bk-bars", role: "img", "aria-label": description, viewBox: `0 0 ${counts.length * STEP} ${HEIGHT + 1}`, preserveAspectRatio: "none" },
    ...columns,
    base,
  );
}
