// What the drawing on the pad may be, asked anew while it is drawn; and the same drawing before and after teaching.
import { Latest } from "../../base/channel";
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { percent } from "../../base/format";
import { meter } from "../../base/meter";
import { empty, failure } from "../../base/states";
import { type Change, type Guess, spoken, type Stroke } from "./data";

const PAUSE_MS = 100;

export class Guesses {
  readonly element = el("div", { class: "bk-guesses" });
  shown: Guess[] = [];
  private readonly context: Context;
  private readonly latest = new Latest();
  private wanted: Stroke[] | undefined;
  private asking = false;

  constructor(context: Context) {
    this.context = context;
    context.signal.addEventListener("abort", () => this.latest.cancel(), { once: true });
  }

  // Asks about the newest drawing: one question at a time, at most ten a second.
  ask(strokes: Stroke[]): void {
    this.wanted = strokes;
    if (!strokes.length) {
      this.latest.cancel();
      this.show([]);
    } else if (!this.asking) void this.next();
  }

  show(guesses: Guess[]): void {
    this.shown = guesses;
    const nothing = this.context.live ? empty("Nothing to guess yet", "Draw something: guesses appear while you draw.") : empty("Nothing was drawn", "Open this in a notebook to draw.");
    replace(this.element, guesses.length ? list(guesses, "Guesses") : nothing);
  }

  private async next(): Promise<void> {
    this.asking = true;
    while (this.wanted?.length && !this.context.signal.aborted) {
      const strokes = this.wanted;
      this.wanted = undefined;
      const pause = new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      try {
        const answer = await this.latest.run((signal) => this.context.ask<Guess[]>("guess", { strokes: JSON.stringify(strokes) }, { signal }));
        if (answer) this.told(answer.data);
      } catch (error) {
        replace(this.element, failure(error));
      }
      await pause;
    }
    this.asking = false;
  }

  private told(guesses: Guess[]): void {
    const [best] = guesses;
    if (best && best.emoji !== this.shown[0]?.emoji) this.context.announce(`Looks like ${best.name}, ${percent(best.score)}`);
    if (guesses.length) this.show(guesses);
    else replace(this.element, empty("No emoji is known yet", "Say what it is and teach it with three drawings."));
  }
}

export function comparison({ before, after }: Change): HTMLElement {
  const side = (title: string, guesses: Guess[]): HTMLElement => el("div", {}, el("h4", {}, title), guesses.length ? list(guesses.slice(0, 3), title) : el("p", { class: "bk-muted" }, "nothing known"));
  const [was, is] = [before[0]?.emoji, after[0]?.emoji];
  const words = was === is ? "The first guess is the same." : `The first guess changed${before[0] ? ` from ${before[0].name}` : ""} to ${after[0]?.name ?? "nothing"}.`;
  return el("div", { class: "bk-before" }, side("Before", before), side("Now", after), el("p", {}, words));
}

function list(guesses: Guess[], label: string): HTMLElement {
  const items = guesses.map((guess) => el("li", {}, el("span", { class: "bk-emoji" }, guess.emoji === guess.name ? "" : guess.emoji), el("span", { class: "bk-guess-name" }, guess.name), meter(guess.score, percent(guess.score))));
  return el("ol", { class: "bk-guess-list", "aria-label": `${label}: ${guesses.map(spoken).slice(0, 1)}` }, ...items);
}
