// A button that copies a text; where the browser does not allow it, the text is shown to be copied by hand.
import type { Context } from "./context";
import { el } from "./dom";

export function copyButton(context: Context, label: string, text: () => string): HTMLButtonElement {
  const button = el("button", { type: "button", class: "bk-button bk-small" }, label);
  const tell = (said: string): void => {
    button.textContent = said;
    context.announce(said);
    setTimeout(() => (button.textContent = label), 1500);
  };
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text());
      tell("copied");
    } catch {
      prompt("Copy this text:", text());
    }
  });
  return button;
}
