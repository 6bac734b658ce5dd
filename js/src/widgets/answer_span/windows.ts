// All windows of the document with the score of the best span of each; one can be chosen.
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { Roving } from "../../base/roving";
import { failure, running } from "../../base/states";
import type { AnswerData, Place } from "./data";
import { short, signed } from "./data";

export class Windows {
  readonly element: HTMLElement;
  private readonly context: Context;
  private readonly data: AnswerData;
  private readonly status = el("div", {});
  private readonly buttons: HTMLButtonElement[];
  private readonly roving: Roving;
  private work = new AbortController();

  constructor(context: Context, data: AnswerData, onChoose: (window: number) => void) {
    this.context = context;
    this.data = data;
    this.buttons = data.windows.map((_, at) => el("button", { type: "button", class: "bk-window", onclick: () => onChoose(at) }, el("span", {}, hidden("Window "), String(at + 1))));
    const strip = el("div", { class: "bk-strip", role: "group", "aria-label": "Windows of the document" }, ...this.buttons);
    this.roving = new Roving(strip, { items: () => this.buttons, orientation: "horizontal", onFocus: (item) => onChoose(this.buttons.indexOf(item as HTMLButtonElement)), signal: context.signal });
    this.element = el("div", { class: "bk-windows", hidden: data.windows.length < 2 }, el("span", { class: "bk-muted" }, "Windows of the document, with the score of each one's best span"), strip, this.status);
    context.signal.addEventListener("abort", () => this.work.abort(), { once: true });
  }

  select(window: number): void {
    this.roving.current(this.buttons[window]);
    this.buttons.forEach((button, at) => button.setAttribute("aria-pressed", String(at === window)));
    const chosen = this.buttons[window];
    const strip = chosen?.parentElement;
    if (chosen && strip) strip.scrollLeft = chosen.offsetLeft - strip.clientWidth / 2;
  }

  // Asks for the scores of all windows.
  async score(longest: number): Promise<void> {
    if (this.data.windows.length < 2) return;
    this.work.abort();
    const work = (this.work = new AbortController());
    const { element, update } = running("Scoring windows", () => {
      work.abort();
      const again = el("button", { type: "button", class: "bk-button bk-small", onclick: () => void this.score(longest) }, "Score all windows");
      replace(this.status, again);
    });
    const late = setTimeout(() => replace(this.status, element), 300);
    try {
      const answer = await this.context.ask<(Place | null)[]>("windows", { longest }, { signal: work.signal, onProgress: update });
      this.fill(answer.data as (Place | null)[]);
      replace(this.status);
    } catch (error) {
      if (!work.signal.aborted) replace(this.status, failure(error));
    } finally {
      clearTimeout(late);
    }
  }

  private fill(best: (Place | null)[]): void {
    const scores = best.map((place) => place?.score ?? -Infinity);
    const highest = Math.max(...scores);
    this.buttons.forEach((button, at) => {
      const place = best[at] ?? null;
      const [, , start, end] = this.data.windows[at] as [number, number, number, number];
      const top = place !== null && place.score === highest;
      const words = place ? `best span "${short(place.text)}"` : "no span";
      button.title = words;
      const bar = el("span", { class: "bk-window-bar" });
      bar.style.setProperty("--bk-share", String(Math.max(0, Math.min(1, (place?.score ?? 0) / Math.max(highest, 1)))));
      const number = el("span", {}, hidden("Window "), `${at + 1}`, top ? el("span", { "aria-hidden": "true" }, " ★") : null, hidden(top ? ", the highest of all" : ""));
      const score = el("span", { class: "bk-muted" }, place ? signed(place.score) : "none", hidden(`, ${words}, characters ${start} to ${end}`));
      replace(button, number, bar, score);
    });
  }
}

// Only for those who listen.
function hidden(words: string): HTMLElement {
  return el("span", { class: "bk-hidden" }, words);
}
