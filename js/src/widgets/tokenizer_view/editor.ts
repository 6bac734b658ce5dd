// The question and the text to edit; what is typed is sent after a short pause.
import type { Context } from "../../base/context";
import { el } from "../../base/dom";
import type { TokenizerData } from "./data";

const PAUSE_MS = 80;

export class Editor {
  readonly element: HTMLElement;

  constructor(context: Context, data: TokenizerData, onEdit: (question: string, text: string | null) => void) {
    const readonly = !context.live;
    const question = el("textarea", { class: "bk-edit", rows: 2, readonly, spellcheck: "false" });
    const text = el("textarea", { class: "bk-edit", rows: 5, readonly: readonly || data.text === null, spellcheck: "false" });
    question.value = data.question;
    text.value = data.text ?? "This document is too long to edit here. Its pieces are below.";
    let pause = 0;
    const typed = (): void => {
      clearTimeout(pause);
      pause = window.setTimeout(() => onEdit(question.value, data.text === null ? null : text.value), PAUSE_MS);
    };
    for (const field of [question, text]) field.addEventListener("input", typed, { signal: context.signal });
    context.signal.addEventListener("abort", () => clearTimeout(pause), { once: true });
    const note = readonly ? el("p", { class: "bk-muted" }, "This is the recorded text. Open it in a notebook to edit it.") : null;
    this.element = el("div", { class: "bk-edits" }, el("label", {}, "Question", question), el("label", {}, "Document", text), note);
  }
}
