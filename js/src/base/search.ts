// A search field that "/" reaches; Escape clears it.
import { el } from "./dom";
import type { Keys } from "./keys";

export function search(label: string, keys: Keys, onInput: (text: string) => void): HTMLInputElement {
  const field = el("input", { type: "search", class: "bk-search", placeholder: label, "aria-label": label, spellcheck: "false" });
  field.addEventListener("input", () => onInput(field.value));
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !field.value) return;
    field.value = "";
    onInput("");
    event.stopPropagation();
  });
  keys.add("/", "search", () => field.focus());
  return field;
}
