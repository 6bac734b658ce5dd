// Back and forward through what was selected.
import type { Context } from "../../base/context";
import { el } from "../../base/dom";
import { same } from "../../base/model";
import type { Selected } from "../../base/selection";

const MOST = 100;

export class History {
  readonly element: HTMLElement;
  private readonly context: Context;
  private readonly past: Selected[] = [];
  private future: Selected[] = [];
  private now: Selected;
  private stepping = false;
  private readonly back: HTMLButtonElement;
  private readonly forward: HTMLButtonElement;

  constructor(context: Context) {
    this.context = context;
    this.now = context.selection.value;
    this.back = this.button("←", "Back to the selection before ( [ )", () => this.step(this.past, this.future));
    this.forward = this.button("→", "Forward again ( ] )", () => this.step(this.future, this.past));
    this.element = el("span", { class: "bk-bench-history" }, this.back, this.forward);
    context.keys.add("[", "back to the selection before", () => this.step(this.past, this.future));
    context.keys.add("]", "forward again", () => this.step(this.future, this.past));
    context.selection.subscribe((value) => this.note(value), context.signal);
    this.enable();
  }

  private button(sign: string, name: string, act: () => void): HTMLButtonElement {
    return el("button", { type: "button", class: "bk-button", "aria-label": name, title: name, onclick: act }, sign);
  }

  private note(value: Selected): void {
    if (this.stepping || same(value, this.now)) return;
    this.past.push(this.now);
    if (this.past.length > MOST) this.past.shift();
    this.future = [];
    this.now = value;
    this.enable();
  }

  private step(from: Selected[], to: Selected[]): void {
    const wanted = from.pop();
    if (!wanted) return;
    to.push(this.now);
    const cleared = Object.fromEntries(Object.keys(this.context.selection.value).map((name) => [name, undefined]));
    this.stepping = true;
    this.context.selection.set({ ...cleared, ...wanted });
    this.stepping = false;
    this.now = this.context.selection.value;
    this.enable();
    this.context.announce(wanted.layer ? `Selected ${wanted.layer}` : `Selected ${wanted.module ?? "nothing"}`);
  }

  // A button that holds the focus stays reachable: it says that it can do nothing instead.
  private enable(): void {
    this.back.setAttribute("aria-disabled", String(!this.past.length));
    this.forward.setAttribute("aria-disabled", String(!this.future.length));
  }
}
