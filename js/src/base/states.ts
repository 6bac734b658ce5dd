// What a view says when it has nothing to show, failed, or waits: in words, with the next step.
import type { Progress } from "./channel";
import { el } from "./dom";

export function empty(what: string, next: string): HTMLElement {
  return el("div", { class: "bk-empty" }, el("strong", {}, what), el("span", {}, next));
}

export function failure(error: unknown): HTMLElement {
  const message = error instanceof Error ? error.message : String(error);
  return el("div", { class: "bk-failure", role: "alert" }, el("strong", {}, "This did not work. "), message);
}

// A bar with Cancel for work that is running; call `update` with each progress.
export function running(label: string, cancel: () => void, word = "Cancel"): { element: HTMLElement; update: (progress: Progress) => void } {
  const bar = el("progress", { "aria-label": label });
  const text = el("span", {}, label);
  const button = el("button", { type: "button", class: "bk-button", onclick: cancel }, word);
  const update = ({ done, total, note }: Progress): void => {
    if (total > 0) {
      bar.max = total;
      bar.value = done;
    }
    const share = total > 0 ? ` ${done} of ${total}` : "";
    text.textContent = `${note || label}${share}`;
  };
  return { element: el("div", { class: "bk-running" }, bar, text, button), update };
}
