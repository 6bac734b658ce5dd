// The answer: its passage, the other spans, and at which layer it appears. 
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { percent } from "../../base/format";
import { meter } from "../../base/meter";
import { Roving } from "../../base/roving";
import { empty } from "../../base/states";
import type { Walk } from "../model_map/walk";
import type { AnswerData, RunData, Stage } from "./data";
import type { Session, Side } from "./session";
import { SpanPart } from "./span_part";

export class AnswerPane {
  readonly element = el("div", {});
  private readonly context: Context;
  private readonly walk: Walk;
  private readonly session: Session;
  private drawing = new AbortController();
  private drawn = "";

  constructor(context: Context, walk: Walk, session: Session) {
    this.context = context;
    this.walk = walk;
    this.session = session;
    context.signal.addEventListener("abort", () => this.drawing.abort(), { once: true });
  }

  show(): void {
    const { sides } = this.session;
    const wanted = JSON.stringify(sides.map(({ name, run, model }) => [name, run.question, model]));
    if (wanted !== this.drawn) this.draw(sides, wanted);
    this.select();
  }

  private draw(sides: Side[], wanted: string): void {
    this.drawn = wanted;
    this.drawing.abort();
    this.drawing = new AbortController();
    if (sides.length) replace(this.element, el("div", { class: "bk-bench-sides" }, ...sides.map((side) => this.side(side))));
    else replace(this.element, empty("No answer yet.", "Type a question above and press Enter."));
  }

  private side(side: Side): HTMLElement {
    const { run, name } = side;
    return el(
      "div",
      { class: "bk-bench-answer" },
      name ? el("h4", {}, `${name}: ${side.title}`) : null,
      ...best(run),
      el("h3", {}, "Where it appears"),
      el("p", { class: "bk-muted" }, run.lens.sentence),
      this.lens(run),
      others(run),
      new SpanPart(this.context, side, this.drawing.signal).element,
    );
  }

  // One button for every hidden state: it selects the layer.
  private lens(run: RunData): HTMLElement {
    const buttons = run.lens.stages.map((stage, at) => this.stage(stage, at === run.lens.appears));
    const list = el("div", { class: "bk-bench-lens", role: "group", "aria-label": "QA lens: the span head at every layer" }, ...buttons);
    const roving = new Roving(list, { items: () => buttons, signal: this.drawing.signal });
    roving.current(buttons[run.lens.appears]);
    const note = el("p", { class: "bk-muted" }, "The span head reads every layer; it was trained for the last one only.");
    return el("div", {}, list, note);
  }

  private stage([name, layer, text, , start, end]: Stage, appears: boolean): HTMLElement {
    const share = Math.sqrt(start * end);
    const button = el(
      "button",
      { type: "button", class: "bk-bench-lens-stage", title: text, onclick: () => this.walk.find(layer) },
      el("span", { class: "bk-bench-lens-name" }, name),
      meter(share, percent(share)),
      el("span", { class: "bk-bench-lens-text" }, text),
      appears ? el("span", { class: "bk-mark" }, "appears") : null,
    );
    button.dataset["bkLayer"] = layer;
    return button;
  }

  private select(): void {
    for (const button of this.element.querySelectorAll<HTMLElement>(".bk-bench-lens-stage")) {
      button.setAttribute("aria-current", String(button.dataset["bkLayer"] === this.walk.name));
    }
  }
}

function best(run: RunData): Node[] {
  const [answer] = run.answers;
  const none = run.no_answer;
  if (none.wins || !answer) {
    const but = answer ? `The best span would be “${answer.text}”, ${percent(answer.probability)}.` : "";
    return [el("p", { class: "bk-bench-best" }, "No answer"), el("p", {}, `The document does not say, ${percent(none.probability)}. `, but)];
  }
  return [
    el("p", { class: "bk-bench-best" }, answer.text, " ", el("span", { class: "bk-muted bk-bench-share" }, percent(answer.probability))),
    place(answer),
    el("p", { class: "bk-bench-passage" }, answer.cut[0] ? "…" : "", answer.before, el("mark", {}, answer.text), answer.after, answer.cut[1] ? "…" : ""),
  ];
}

function place({ page, heading }: AnswerData): Node {
  const words = [page === null ? "" : `page ${page}`, heading ?? ""].filter(Boolean).join(", ");
  return words ? el("p", { class: "bk-muted" }, words) : document.createTextNode("");
}

function others(run: RunData): HTMLElement {
  const rows = run.answers.slice(1).map((answer) => el("li", {}, meter(answer.probability, percent(answer.probability)), el("span", {}, answer.text)));
  rows.push(el("li", {}, meter(run.no_answer.probability, percent(run.no_answer.probability)), el("em", {}, "no answer")));
  return el("details", { class: "bk-bench-others" }, el("summary", {}, `Other answers (${rows.length})`), el("ul", {}, ...rows));
}
