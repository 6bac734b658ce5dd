// The text of a window with its pieces marked. One tab stop: left and right from piece to piece.
import { setActive } from "../../base/active";
import { el, replace, uniqueId } from "../../base/dom";
import type { Row } from "./data";

const STEPS: { [key: string]: number } = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1, Home: -1e9, End: 1e9 };

export class PieceText {
  readonly element: HTMLElement;
  private readonly onSelect: (at: number) => void;
  private items: HTMLElement[] = [];
  private row: Row | undefined;
  private selected = -1;

  // `onSelect` gets the place in the passage of the row.
  constructor(onSelect: (at: number) => void, signal: AbortSignal) {
    this.onSelect = onSelect;
    this.element = el("div", { class: "bk-pieces bk-piece-text", role: "listbox", tabindex: 0, "aria-label": "Text of the window, piece by piece" });
    this.element.addEventListener("keydown", (event) => this.pressed(event), { signal });
    this.element.addEventListener("click", (event) => this.clicked(event), { signal });
  }

  show(row: Row, selected: number): void {
    if (this.row !== row) this.draw(row);
    this.items[this.selected]?.setAttribute("aria-selected", "false");
    this.selected = selected;
    this.items[selected]?.setAttribute("aria-selected", "true");
    setActive(this.element, this.items[selected]);
  }

  // Characters between pieces stay as they are; pieces that share characters get them once.
  private draw(row: Row): void {
    this.row = row;
    const text = [...row.text];
    const parts: (Node | string)[] = [];
    let at = 0;
    this.items = row.id.map((id, place) => {
      const [start, end] = [(row.start[place] ?? 0) - row.offset, (row.end[place] ?? 0) - row.offset];
      if (start > at) parts.push(el("span", { role: "presentation" }, text.slice(at, start).join("")));
      const kind = `bk-cut${place % 2 ? " bk-cut-odd" : ""}${row.unknown[place] ? " bk-cut-unknown" : ""}`;
      const piece = row.piece[place] || "no piece";
      const shown = text.slice(Math.max(at, start), end).join("");
      const item = el("span", { class: kind, role: "option", id: uniqueId(), "aria-selected": "false", "aria-label": `${shown}, piece ${piece}, id ${id}${row.unknown[place] ? ", unknown" : ""}`, title: `${piece} ${id}` }, shown);
      item.dataset["bkAt"] = String(place);
      at = Math.max(at, end);
      parts.push(item);
      return item;
    });
    replace(this.element, ...parts);
  }

  private pressed(event: KeyboardEvent): void {
    const step = STEPS[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey || !this.items.length) return;
    event.preventDefault();
    this.onSelect(Math.max(0, Math.min(this.selected + step, this.items.length - 1)));
  }

  private clicked({ target }: Event): void {
    const at = (target as HTMLElement).dataset["bkAt"];
    if (at !== undefined) this.onSelect(Number(at));
  }
}
