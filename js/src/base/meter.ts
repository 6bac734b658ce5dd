// A bar with its value in words beside it.
import { el } from "./dom";

export function meter(share: number, text: string): HTMLElement {
  const fill = el("span", { class: "bk-meter-fill" });
  fill.style.width = `${Math.min(Math.max(share, 0), 1) * 100}%`;
  return el("span", { class: "bk-meter" }, el("span", { class: "bk-meter-track", "aria-hidden": "true" }, fill), el("span", {}, text));
}
