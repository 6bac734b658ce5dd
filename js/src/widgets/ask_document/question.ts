// The question box with what is searched, and the progress of a search.
import type { Progress } from "../../base/channel";
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { running } from "../../base/states";

export class QuestionBox {
  readonly element: HTMLElement;
  private readonly field: HTMLInputElement;
  private readonly scope = el("div", { class: "bk-row bk-scope", hidden: true });
  private readonly state = el("div", {});
  private stopping: (() => void) | undefined;

  constructor(context: Context, onAsk: (question: string) => void) {
    this.field = el("input", { type: "text", class: "bk-search bk-question-field", dir: "auto", placeholder: "Ask a question", "aria-label": "Question", autocomplete: "off" });
    const row = el("form", { class: "bk-ask-row" }, this.field, el("button", { class: "bk-button bk-button-main" }, "Ask"));
    row.addEventListener("submit", (event) => {
      event.preventDefault();
      const question = this.field.value.trim();
      if (question) onAsk(question);
      else this.field.focus();
    });
    this.element = el("div", { class: "bk-ask" }, row, this.scope, this.state);
    context.keys.add("/", "to the question; Enter asks", () => {
      this.field.focus();
      this.field.select();
    });
    context.keys.add("s", "stop the search", () => this.stopping?.());
  }

  set text(question: string) {
    this.field.value = question;
  }

  // What is searched when it is not everything.
  limit(text: string | undefined, onEverywhere: () => void): void {
    const button = el("button", { type: "button", class: "bk-button bk-small", onclick: onEverywhere }, "search everywhere");
    replace(this.scope, text && el("span", {}, "Searching only: ", el("bdi", {}, text)), button);
    this.scope.hidden = text === undefined;
  }

  // Shows a bar with Stop until `idle`.
  busy(stop: () => void): (progress: Progress) => void {
    const bar = running("searching", stop, "Stop");
    this.stopping = stop;
    replace(this.state, bar.element);
    return bar.update;
  }

  idle(message?: HTMLElement): void {
    this.stopping = undefined;
    replace(this.state, message);
  }
}
