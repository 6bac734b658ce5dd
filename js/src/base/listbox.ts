// A list of which one item is chosen: one tab stop, arrows move and choose, Enter and a click also open.
import { el } from "./dom";
import { Roving } from "./roving";

export interface ListItem {
  id: string;
  content: HTMLElement[];
}

export class ListBox {
  readonly element: HTMLElement;
  private readonly roving: Roving;
  private readonly onChoose: (id: string, opened: boolean) => void;
  private options: HTMLElement[] = [];

  constructor(label: string, onChoose: (id: string, opened: boolean) => void, signal: AbortSignal) {
    this.onChoose = onChoose;
    this.element = el("div", { role: "listbox", class: "bk-listbox", "aria-label": label });
    this.roving = new Roving(this.element, { items: () => this.options, onFocus: (item) => this.choose(item as HTMLElement, false), signal });
  }

  // Shows items in place of those before; the focus stays on the item of the same place.
  show(items: ListItem[], chosen: string): void {
    const focused = this.options.findIndex((option) => option === document.activeElement);
    this.options = items.map(({ id, content }) => {
      const option = el("div", { role: "option", class: "bk-option", tabindex: -1 }, ...content);
      option.dataset["bkId"] = id;
      option.addEventListener("click", () => this.choose(option, true));
      option.addEventListener("keydown", (event) => this.pressed(event, option));
      return option;
    });
    this.element.replaceChildren(...this.options);
    this.mark(chosen);
    this.options[focused]?.focus();
  }

  // Marks an item as chosen. Does not call back.
  mark(chosen: string): void {
    let current: HTMLElement | undefined;
    for (const option of this.options) {
      const mine = option.dataset["bkId"] === chosen;
      option.setAttribute("aria-selected", String(mine));
      if (mine) current = option;
    }
    this.roving.current(current ?? this.options[0]);
  }

  private pressed(event: KeyboardEvent, option: HTMLElement): void {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    this.choose(option, true);
  }

  private choose(option: HTMLElement, opened: boolean): void {
    const id = option.dataset["bkId"] as string;
    this.mark(id);
    this.onChoose(id, opened);
  }
}
