// Keys of a widget: what "?" lists, "/" for search, Escape to leave. Composites handle their own arrows.
import { el, replace } from "./dom";

interface Key {
  key: string;
  meaning: string;
  act: (() => void) | undefined;
}

const TYPING = "input:not([type=range]):not([type=checkbox]):not([type=radio]):not([type=button]), textarea, select, [contenteditable=true]";

export class Keys {
  private readonly root: HTMLElement;
  private readonly keys: Key[] = [];
  private readonly dialog: HTMLDialogElement;

  constructor(root: HTMLElement, signal: AbortSignal) {
    this.root = root;
    this.dialog = el("dialog", { class: "bk-keys", "aria-label": "Keys of this view" });
    root.append(this.dialog);
    root.addEventListener("keydown", (event) => this.pressed(event), { signal });
  }

  // Lists a key for "?"; with `act` it also does something anywhere in the widget, except while typing.
  // A key that is listed already gets the new meaning.
  add(key: string, meaning: string, act?: () => void): void {
    const at = this.keys.findIndex((listed) => listed.key === key);
    this.keys.splice(at < 0 ? this.keys.length : at, at < 0 ? 0 : 1, { key, meaning, act });
  }

  show(): void {
    const rows = [...this.keys, { key: "?", meaning: "this list" }, { key: "Esc", meaning: "close, clear, leave" }];
    const list = el("dl", {}, ...rows.flatMap(({ key, meaning }) => [el("dt", {}, el("kbd", {}, key)), el("dd", {}, meaning)]));
    const close = el("button", { type: "button", class: "bk-button", onclick: () => this.dialog.close() }, "Close");
    replace(this.dialog, el("strong", {}, "Keys"), list, close);
    if (!this.dialog.open) this.dialog.showModal();
  }

  private pressed(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      if (!this.dialog.open) this.leave();
      return;
    }
    if ((event.target as Element).matches(TYPING)) return;
    const found = this.keys.find(({ key, act }) => key === event.key && act);
    if (event.key === "?") this.show();
    else if (found?.act) found.act();
    else return;
    event.preventDefault();
  }

  // Gives the focus back to the notebook around the widget.
  private leave(): void {
    (this.root.getRootNode() as Document).querySelector<HTMLElement>(":focus")?.blur();
    const outside = this.root.parentElement?.closest<HTMLElement>("[tabindex]");
    outside?.focus({ preventScroll: true });
  }
}
