// Every example by its emoji. Choosing one shows what it was guessed as by the first model, and is now.
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { plural } from "../../base/format";
import { Roving } from "../../base/roving";
import { empty } from "../../base/states";
import { TaskPlace } from "../../base/task";
import { type Change, type Example, type PadData, spoken } from "./data";
import { comparison } from "./guesses";
import { thumbnail } from "./ink";

export class Tray {
  readonly element: HTMLElement;
  private readonly context: Context;
  private readonly onOpen: (example: Example) => void;
  private readonly groups = el("div", { class: "bk-tray" });
  private readonly detail: TaskPlace<Change>;
  private readonly undo: HTMLButtonElement;
  private readonly roving: Roving;
  private items: HTMLElement[] = [];
  private chosen: number | undefined;

  constructor(context: Context, onOpen: (example: Example) => void) {
    this.context = context;
    this.onOpen = onOpen;
    this.detail = new TaskPlace(context);
    this.undo = el("button", { type: "button", class: "bk-button", onclick: () => this.change("Going back", "undo", {}) }, "Undo the last change");
    this.roving = new Roving(this.groups, { items: () => this.items, orientation: "both", signal: context.signal });
    this.element = el("div", {}, this.groups, this.detail.element, context.live ? el("div", { class: "bk-row" }, this.undo) : null);
    if (context.live) context.keys.add("Delete", "on an example: delete it");
  }

  show({ examples, side, can_undo }: PadData): void {
    const focused = this.items.findIndex((item) => item === document.activeElement);
    const grouped = new Map<string, Example[]>();
    for (const example of examples) grouped.set(example.emoji, [...(grouped.get(example.emoji) ?? []), example]);
    this.items = [];
    const sections = [...grouped.values()].map((group) => this.group(group, side));
    const next = this.context.live ? "Choose what you draw, draw it three times and press Teach." : "Open this in a notebook to teach it.";
    replace(this.groups, ...(sections.length ? sections : [empty("Nothing was taught yet", next)]));
    if (!examples.some(({ number }) => number === this.chosen)) replace(this.detail.element);
    this.roving.current(this.items[Math.min(Math.max(focused, 0), this.items.length - 1)], focused >= 0);
    this.undo.disabled = !can_undo;
  }

  private group(group: Example[], side: number): HTMLElement {
    const [first] = group as [Example];
    const thumbs = group.map((example, at) => this.thumb(example, side, `${example.name}, example ${at + 1} of ${group.length}`));
    const head = el("div", { class: "bk-tray-head" }, el("span", { class: "bk-emoji" }, first.emoji === first.name ? "" : first.emoji), el("strong", {}, first.name), el("span", { class: "bk-muted" }, plural(group.length, "drawing")));
    return el("div", { class: "bk-tray-group" }, head, el("div", { class: "bk-tray-drawings", role: "group", "aria-label": first.name }, ...thumbs));
  }

  private thumb(example: Example, side: number, label: string): HTMLElement {
    const button = el("button", { type: "button", class: "bk-kept-one", "aria-label": label, "aria-pressed": String(example.number === this.chosen), onclick: () => this.open(example) }, thumbnail(example.strokes, side));
    button.addEventListener("keydown", (event) => {
      if (event.key === "Delete" && this.context.live) this.remove(example);
    });
    button.dataset["bkNumber"] = String(example.number);
    this.items.push(button);
    return button;
  }

  private open(example: Example): void {
    this.chosen = example.number;
    for (const item of this.items) item.setAttribute("aria-pressed", String(item.dataset["bkNumber"] === String(example.number)));
    this.onOpen(example);
    void this.detail.run("Guessing it", "compare", { number: example.number }, ({ data }) => {
      const remove = el("button", { type: "button", class: "bk-button", onclick: () => this.remove(example) }, "Delete this example");
      replace(this.detail.element, el("p", { role: "status" }, `An example of ${spoken(example)}, guessed by the model that the pad began with, and now:`), comparison(data), this.context.live ? remove : null);
    });
  }

  private remove({ number }: Example): void {
    this.change("Learning anew without it", "delete", { number });
  }

  private change(label: string, method: string, parameters: { [name: string]: number }): void {
    void this.detail.run(label, method, parameters, () => {
      replace(this.detail.element);
      this.context.announce("Done");
    });
  }
}
