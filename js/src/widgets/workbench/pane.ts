// The panes of a workbench, and F6 to go from one to the next.
import type { Context } from "../../base/context";
import { el, uniqueId } from "../../base/dom";

export function pane(title: string, ...content: (HTMLElement | null)[]): HTMLElement {
  const id = uniqueId();
  const heading = el("h3", { id, class: "bk-bench-title" }, title);
  return el("section", { class: "bk-bench-pane", tabindex: 0, "aria-labelledby": id }, heading, ...content);
}

// F6 takes the focus to the next of the places, Shift+F6 to the one before.
export function walkPanes(context: Context, root: HTMLElement, places: HTMLElement[]): void {
  context.keys.add("F6 Shift+F6", "next pane, pane before");
  const pressed = (event: KeyboardEvent): void => {
    if (event.key !== "F6" || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const at = places.findIndex((place) => place.contains(event.target as Node));
    const step = event.shiftKey ? -1 : 1;
    places[(at + step + places.length) % places.length]?.focus();
  };
  root.addEventListener("keydown", pressed, { signal: context.signal });
}
