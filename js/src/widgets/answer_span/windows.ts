// All windows of the document with the score of the best span of each; one can be chosen.
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { Roving } from "../../base/roving";
import { TaskPlace } from "../../base/task";
import { type AnswerData, type Place, short, signed } from "./data";

export class Windows {
  readonly element: HTMLElement;
  private readonly data: AnswerData;
  private readonly buttons: HTMLButtonElement[];
  private readonly roving: Roving;
  private readonly place: TaskPlace<(Place | null)[]>;
  private scored = 0;

  constructor(context: Context, data: AnswerData, onChoose: (window: number) => void) {
    this.data = data;
    this.place = new TaskPlace(context);
    this.buttons = data.windows.map((_, at) => el("button", { type: "button", class: "bk-window", onclick: () => onChoose(at) }, el("span", {}, hidden("Window "), String(at + 1))));
    const strip = el("div", { class: "bk-strip", role: "group", "aria-label": "Windows of the document" }, ...this.buttons);
    this.roving = new Roving(strip, { items: () => this.buttons, orientation: "horizontal", onFocus: (item) => onChoose(this.buttons.indexOf(item as HTMLButtonElement)), signal: context.signal });
    this.element = el("div", { class: "bk-windows", hidden: data.windows.length < 2 }, el("span", { class: "bk-muted" }, "Windows of the document, with the score of each one's best span"), strip, this.place.element);
  }

  select(window: number): void {
    if (this.buttons[window]?.getAttribute("aria-pressed") === "true") return;
    this.roving.current(this.buttons[window]);
    this.buttons.forEach((button, at) => button.setAttribute("aria-pressed", String(at === window)));
    const chosen = this.buttons[window];
    const strip = chosen?.parentElement;
    if (chosen && strip) strip.scrollLeft = chosen.offsetLeft - strip.clientWidth / 2;
  }

  // Asks for the scores of all windows, once for each length.
  score(longest: number): void {
    if (this.data.windows.length < 2 || longest === this.scored) return;
    this.scored = longest;
    void this.place.run("Score all windows", "windows", { longest }, ({ data }) => {
      this.fill(data);
      replace(this.place.element);
    });
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
