// The answers of a question, likeliest first, with "no answer" among them.
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { percent, plural } from "../../base/format";
import { ListBox, type ListItem } from "../../base/listbox";
import { meter } from "../../base/meter";
import type { AnswerData, AskedData, Stretch } from "./data";

const SILENCE = "silence";

export class Answers {
  readonly element: HTMLElement;
  private readonly question = el("h3", { class: "bk-question", dir: "auto" });
  private readonly list: ListBox;
  private readonly places = el("div", { class: "bk-places" });
  private readonly status = el("p", { class: "bk-muted" });
  private readonly onPlace: (place: Stretch) => void;
  private asked: AskedData | undefined;

  constructor(context: Context, onChoose: (index: number, opened: boolean) => void, onPlace: (place: Stretch) => void) {
    this.onPlace = onPlace;
    this.list = new ListBox("Answers", (id, opened) => onChoose(id === SILENCE ? -1 : Number(id), opened), context.signal);
    this.element = el("div", {}, this.question, this.list.element, this.places, this.status);
  }

  show(asked: AskedData, index: number, running: boolean): void {
    this.asked = asked;
    this.question.textContent = asked.question;
    const items = asked.answers.map((answer, at) => item(answer, at));
    items.splice(asked.found ? items.length : 0, 0, silence(asked));
    this.list.show(items, index < 0 ? SILENCE : String(index));
    this.status.textContent = running ? `so far: ${searched(asked)}` : searched(asked);
    this.choose(index);
  }

  choose(index: number): void {
    this.list.mark(index < 0 ? SILENCE : String(index));
    const { text, places, places_left_out } = this.asked?.answers[index] ?? { text: "", places: [], places_left_out: 0 };
    const buttons = places.map(([start, end, page], at) => {
      const name = page === null ? `place ${at + 2}` : `page ${page}`;
      return el("button", { type: "button", class: "bk-button bk-small", onclick: () => this.onPlace({ start, end }) }, name);
    });
    const more = places_left_out ? ` and ${places_left_out} more` : "";
    const label = el("span", { class: "bk-muted" }, el("bdi", {}, text), " is also said here:");
    replace(this.places, places.length > 0 && label, ...buttons, more);
  }
}

function item(answer: AnswerData, at: number): ListItem {
  const head = el("div", { class: "bk-option-head" }, el("bdi", { class: "bk-answer" }, answer.text), meter(answer.probability, percent(answer.probability)));
  const around = el("div", { class: "bk-around", dir: "auto" }, answer.before, el("b", {}, answer.text), answer.after);
  const place = answer.place ? el("div", { class: "bk-muted", dir: "auto" }, answer.place) : null;
  return { id: String(at), content: place ? [head, around, place] : [head, around] };
}

function silence(asked: AskedData): ListItem {
  const head = el("div", { class: "bk-option-head" }, el("span", { class: "bk-answer bk-silence" }, "No answer"), meter(asked.no_answer, percent(asked.no_answer)));
  const meaning = asked.found ? "that the document does not say" : "The document does not seem to say. The nearest words follow.";
  return { id: SILENCE, content: [head, el("div", { class: "bk-muted" }, meaning)] };
}

export function searched({ read, windows, seconds, stopped, scope }: AskedData): string {
  const where = scope ? ` of characters ${scope[0].toLocaleString("en")} to ${scope[1].toLocaleString("en")}` : "";
  const all = plural(windows, "window");
  const whole = `searched ${windows > 1 ? "all " : ""}${all}`;
  const what = windows === 0 ? "nothing to read" : read < windows ? `searched ${read.toLocaleString("en")} of ${all}` : whole;
  return `${what}${where}${stopped ? ", then stopped" : ""}, ${seconds.toFixed(2)} s`;
}
