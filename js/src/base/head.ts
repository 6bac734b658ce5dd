// The line at the top of a view: its title, what is known of it, and its tools.
import { el, replace } from "./dom";

// Facts in a row; empty ones are left out.
export function factRow(facts: string[]): HTMLElement {
  const row = el("span", { class: "bk-facts" });
  fill(row, facts);
  return row;
}

// A head whose title and facts change.
export class Head {
  readonly element: HTMLElement;
  private readonly title = el("span", { class: "bk-title" });
  private readonly facts = factRow([]);

  constructor(...tools: (Node | null)[]) {
    this.element = el("div", { class: "bk-head" }, this.title, this.facts, ...tools);
  }

  say(title: string, facts: string[]): this {
    this.title.textContent = title;
    fill(this.facts, facts);
    return this;
  }
}

export function head(title: string, facts: string[], ...tools: (Node | null)[]): HTMLElement {
  return new Head(...tools).say(title, facts).element;
}

function fill(row: HTMLElement, facts: string[]): void {
  replace(row, ...facts.filter(Boolean).map((fact) => el("span", {}, fact)));
  row.hidden = !row.firstChild;
}
