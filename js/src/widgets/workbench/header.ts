// The question box, what is compared, and the tools.
import type { Context } from "../../base/context";
import { copyButton } from "../../base/copy";
import { el, replace, uniqueId } from "../../base/dom";
import { plural } from "../../base/format";
import { Head } from "../../base/head";
import { stateText } from "../../base/state";
import { failure, running } from "../../base/states";
import type { BenchData } from "./data";
import type { History } from "./history";
import type { Session } from "./session";

export class Header {
  readonly element: HTMLElement;
  private readonly context: Context;
  private readonly session: Session;
  private readonly data: BenchData;
  private readonly field: HTMLInputElement;
  private readonly top = new Head();
  private readonly offers = el("div", { class: "bk-row bk-bench-offers" });
  private readonly pin = el("button", { type: "button", class: "bk-button" });
  private readonly status = el("div", {});
  private readonly compared = el("div", {});
  private readonly list = el("datalist", { id: uniqueId() });

  constructor(context: Context, session: Session, data: BenchData, history: History, measure: () => void) {
    this.context = context;
    this.session = session;
    this.data = data;
    this.field = el("input", { type: "text", class: "bk-search", "aria-label": "Question", placeholder: "Ask the document a question", list: this.list.id, autocomplete: "off" });
    this.pin.addEventListener("click", () => void session.pin(session.pinned ? "" : session.question));
    const form = el("form", { class: "bk-bench-ask" }, this.field, el("button", { type: "submit", class: "bk-button bk-button-main" }, "Ask"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask(this.field.value);
    });
    const tools = el("div", { class: "bk-row bk-bench-tools" }, history.element, this.pin, el("button", { type: "button", class: "bk-button", onclick: measure }, "Measure time"), copyButton(context, "Copy as code", () => this.code()));
    this.element = el("div", {}, this.top.element, el("div", { class: "bk-bench-head", tabindex: -1 }, el("div", { class: "bk-bench-line" }, form, tools), this.list, this.offers, this.status, this.compared));
    context.keys.add("q", "question", () => this.field.focus());
  }

  get place(): HTMLElement {
    return this.field;
  }

  show(): void {
    const { session } = this;
    const { name, characters } = this.data.document;
    const latest = session.latest?.run;
    const times = latest ? `${latest.answer_ms} ms to answer, ${latest.look_ms} ms to look inside` : "";
    this.top.say(this.data.title, [`${name}, ${plural(characters, "character")}`, latest?.engine ?? "", times]);
    const known = [...new Set([...session.questions, ...this.data.suggestions])];
    replace(this.list, ...known.map((question) => el("option", { value: question })));
    if (document.activeElement !== this.field) this.field.value = session.question;
    this.offer();
    this.pin.hidden = session.twoModels;
    this.pin.textContent = session.pinned ? "Unpin A" : "Pin & compare";
    this.pin.title = session.pinned ? `A is: ${session.pinned}` : "Keep this question as A, then ask another";
    this.pin.disabled = !session.question;
    this.tell();
    this.compare();
  }

  private ask(question: string): void {
    if (question.trim()) void this.session.ask(question.trim());
    else this.field.focus();
  }

  // Questions to choose from: those that were asked, or where there are none those that go with the document.
  private offer(): void {
    const { session } = this;
    const offered = session.questions.length > 1 || !this.data.suggestions.length ? session.questions : this.data.suggestions;
    const chips = offered.filter((question) => question !== session.question || session.questions.length > 1).map((question) => {
      const mark = question === session.pinned ? "A: " : "";
      return el("button", { type: "button", class: "bk-bench-chip", "aria-pressed": String(question === session.question), onclick: () => this.ask(question) }, mark, question);
    });
    replace(this.offers, ...(chips.length ? [el("span", { class: "bk-muted" }, session.questions.length > 1 ? "asked:" : "try:"), ...chips] : []));
  }

  private tell(): void {
    const { work, failure: failed } = this.session;
    if (work) {
      const { element, update } = running(work.label, work.cancel);
      work.onProgress(update);
      replace(this.status, element);
    } else if (failed) replace(this.status, failure(failed));
    else replace(this.status);
  }

  private compare(): void {
    const { comparison, pinned, question, sides } = this.session;
    if (comparison) replace(this.compared, el("div", { class: "bk-bench-compared", role: "region", "aria-label": "A and B compared" }, ...comparison.sentences.map((said) => el("p", {}, said))));
    else if (pinned && sides.length < 2) replace(this.compared, el("p", { class: "bk-muted" }, pinned === question ? "This question is pinned as A. Ask another to compare." : "The pinned question is not known any more."));
    else replace(this.compared);
  }

  private code(): string {
    const options = { ...(this.session.question ? { question: this.session.question } : {}), ...(this.session.pinned ? { pinned: this.session.pinned } : {}) };
    const state = stateText(this.context.selection.value, { ...this.context.options, ...options });
    return `Workbench(state="${state}")`;
  }
}
