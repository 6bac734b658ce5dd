// Ask a document: the question above, answers on the left, the text with its highlights on the right.
import { Cancelled, Latest, NotRecorded } from "../../base/channel";
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { Head } from "../../base/head";
import { empty, failure } from "../../base/states";
import { Answers } from "./answers";
import { type AskData, type AskedData, type Stretch, stretch } from "./data";
import { History } from "./history";
import { Opener } from "./opener";
import { QuestionBox } from "./question";
import { Reading } from "./reading";

export function askDocument(context: Context, body: HTMLElement): void {
  const view = new AskView(context, body);
  context.eachData(() => view.update(context.data<AskData>()));
}

class AskView {
  private readonly context: Context;
  private readonly head: Head;
  private readonly place = el("div", { class: "bk-reading-place" });
  private readonly opener: Opener;
  private readonly openerPlace = el("div", {});
  private readonly openButton: HTMLButtonElement;
  private readonly question: QuestionBox;
  private readonly answers: Answers;
  private readonly answersPlace = el("div", {});
  private readonly history: History;
  private readonly panes: HTMLElement;
  private readonly latest = new Latest();
  private data: AskData;
  private reading: Reading | undefined;
  private readingEnd = new AbortController();
  private shown: AskedData | undefined;
  private index = 0;
  private scope: Stretch | undefined;

  constructor(context: Context, body: HTMLElement) {
    this.context = context;
    this.data = context.data<AskData>();
    this.question = new QuestionBox(context, (question) => void this.ask(question));
    this.answers = new Answers(context, (index, opened) => this.choose(index, opened), (place) => this.reading?.goTo(place));
    this.history = new History(context, (number) => this.recall(number));
    this.opener = new Opener(context, this.data.formats, (data) => this.update(data));
    this.openButton = el("button", { type: "button", class: "bk-button bk-small", "aria-expanded": "false", onclick: () => this.toggleOpener() }, "open another");
    const left = el("div", { class: "bk-pane" }, this.answersPlace, this.history.element);
    this.panes = el("div", { class: "bk-panes bk-ask-panes" }, left, el("div", { class: "bk-pane" }, this.place));
    this.head = new Head(this.openButton);
    replace(body, this.head.element, this.openerPlace, this.question.element, this.panes);
    if (context.live) this.opener.dropOn(body);
    context.keys.add("n", "next answer", () => this.step(1));
    context.keys.add("p", "previous answer", () => this.step(-1));
    if (context.live) context.keys.add("m", "choose words: arrows move, Shift+arrows extend, Enter marks them as the right answer", () => this.reading?.choose());
    context.onOptions(() => this.follow());
    context.signal.addEventListener("abort", () => this.readingEnd.abort(), { once: true });
  }

  // Shows new data: another document, or more questions of the same.
  update(data: AskData): void {
    const before = this.data.history.at(-1)?.number ?? -1;
    const first = !this.reading;
    const other = first || data.number !== this.data.number;
    this.data = data;
    const newest = data.history.at(-1);
    if (other) this.open();
    if (newest && (other || newest.number > before)) this.shown = (first && this.remembered()) || newest;
    if (data.document) this.draw(other || this.shown === newest);
    this.reading?.mark(stretch(data.marked));
  }

  // In a view that is shown again, the question that was looked at last.
  private remembered(): AskedData | undefined {
    const number = this.context.option("question", -1);
    return this.data.history.find((asked) => asked.number === number);
  }

  private open(): void {
    const { document, title } = this.data;
    const { live } = this.context;
    this.latest.cancel();
    this.question.idle();
    this.readingEnd.abort();
    this.readingEnd = new AbortController();
    this.shown = undefined;
    this.scope = undefined;
    this.head.say(title, document?.facts ?? []);
    replace(this.openerPlace, live ? this.opener.element : empty("There is no document in this page.", "Open one in a notebook."));
    this.openerPlace.hidden = document !== null;
    this.openButton.hidden = !document || !live;
    this.openButton.setAttribute("aria-expanded", "false");
    this.question.element.hidden = this.panes.hidden = !document;
    this.limit(undefined);
    this.reading = document ? new Reading(this.context.until(this.readingEnd.signal), this.data, document, this.actions()) : undefined;
    replace(this.place, this.reading?.element);
  }

  private actions(): ConstructorParameters<typeof Reading>[3] {
    return {
      onStep: (by) => this.step(by),
      onMark: (words) => void this.mark(words),
      onUnmark: () => void this.mark({ start: 0, end: 0 }),
      onScope: (words) => this.limit(words),
    };
  }

  private toggleOpener(): void {
    this.openerPlace.hidden = !this.openerPlace.hidden;
    this.openButton.setAttribute("aria-expanded", String(!this.openerPlace.hidden));
  }

  private draw(fresh: boolean): void {
    const { history, history_left_out } = this.data;
    this.history.show(history, this.shown?.number ?? -1, history_left_out);
    if (this.shown) this.present(this.shown, fresh, false);
    else if (this.context.live) replace(this.answersPlace, empty("No question yet.", "Type one above and press Enter."));
    else replace(this.answersPlace, empty("No question was recorded in this page.", "Ask in a notebook, or with bertkit view --question."));
  }

  private present(asked: AskedData, fresh: boolean, running: boolean): void {
    this.shown = asked;
    if (fresh) this.index = asked.found ? 0 : -1;
    this.answers.show(asked, this.index, running);
    if (!this.answersPlace.contains(this.answers.element)) replace(this.answersPlace, this.answers.element);
    this.reading?.show(asked, this.index, fresh);
  }

  private recall(number: number): void {
    const asked = this.data.history.find((other) => other.number === number);
    if (!asked) return;
    this.latest.cancel();
    this.question.idle();
    this.question.text = asked.question;
    this.history.choose(number);
    this.present(asked, true, false);
    this.context.setOption("question", number);
    this.tell(asked);
  }

  // Shows the question that Python or a restored state chose.
  private follow(): void {
    const number = this.context.option("question", -1);
    if (this.shown && number !== this.shown.number) this.recall(number);
  }

  private async ask(question: string): Promise<void> {
    if (!this.context.live) return this.askRecorded(question);
    const scope = this.scope ?? { start: null, end: null };
    const controller = new AbortController();
    const update = this.question.busy(() => controller.abort());
    let first = true;
    try {
      const answer = await this.latest.run((signal) =>
        this.context.ask<AskedData>("ask", { question, start: scope.start, end: scope.end }, {
          signal: AbortSignal.any([signal, controller.signal]),
          onProgress: (progress) => {
            update(progress);
            if (!progress.data) return;
            this.present(progress.data as unknown as AskedData, first, true);
            first = false;
          },
        }),
      );
      if (answer) this.answered(answer.data);
    } catch (error) {
      if (error instanceof Cancelled) this.stopped();
      else this.question.idle(failure(error));
    }
  }

  private answered(asked: AskedData): void {
    this.question.idle();
    const others = this.data.history.filter(({ number }) => number !== asked.number);
    this.data = { ...this.data, history: [...others, asked] };
    this.shown = asked;
    this.draw(true);
    this.context.setOption("question", asked.number);
    this.tell(asked);
  }

  private stopped(): void {
    this.question.idle();
    if (this.shown?.number === -1) this.present({ ...this.shown, stopped: true }, false, false);
    this.context.announce("Stopped.");
  }

  private askRecorded(question: string): void {
    const same = (text: string): string => text.trim().toLowerCase();
    const asked = this.data.history.findLast((other) => same(other.question) === same(question));
    if (asked) this.recall(asked.number);
    else this.question.idle(failure(new NotRecorded()));
  }

  private tell({ found, answers, question }: AskedData): void {
    const best = found ? answers[0] : undefined;
    this.context.announce(best ? `${question} ${best.text}` : `${question} No answer.`);
  }

  private choose(index: number, opened: boolean): void {
    this.index = index;
    this.answers.choose(index);
    this.reading?.show(this.shown, index, true);
    if (opened) this.reading?.reveal();
  }

  private step(by: number): void {
    const total = this.shown?.answers.length ?? 0;
    if (!total) return;
    this.choose(this.index < 0 ? (by > 0 ? 0 : total - 1) : (this.index + by + total) % total, true);
    const answer = this.shown?.answers[this.index];
    if (answer) this.context.announce(`Answer ${this.index + 1} of ${total}: ${answer.text} ${answer.place}`);
  }

  private async mark({ start, end }: Stretch): Promise<void> {
    const marked = start < end ? { start, end } : undefined;
    this.reading?.mark(marked);
    this.context.announce(marked ? "Marked as the right answer." : "The mark was removed.");
    try {
      await this.context.ask("mark", { start, end, question: this.shown?.question ?? "" });
    } catch (error) {
      this.question.idle(failure(error));
    }
  }

  private limit(scope: Stretch | undefined): void {
    this.scope = scope;
    this.question.limit(scope && this.reading?.excerpt(scope), () => this.limit(undefined));
    this.reading?.limit(scope);
  }
}
