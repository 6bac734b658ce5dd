// The document with its toolbar, minimap and highlights.
import { NotRecorded } from "../../base/channel";
import type { Context } from "../../base/context";
import { el } from "../../base/dom";
import { failure } from "../../base/states";
import { Chooser, type ChooserOptions } from "./chooser";
import type { AskData, AskedData, DocumentData, Paragraph, Stretch } from "./data";
import { Highlights } from "./highlights";
import { Minimap } from "./minimap";
import { Pane } from "./pane";

export interface ReadingOptions extends ChooserOptions {
  onStep: (step: number) => void;
}

export class Reading {
  readonly element: HTMLElement;
  readonly chooser: Chooser;
  private readonly context: Context;
  private readonly data: DocumentData;
  private readonly pane: Pane;
  private readonly highlights: Highlights;
  private readonly minimap: Minimap;
  private readonly where = el("span", { class: "bk-muted" });
  private readonly count = el("span", {});
  private readonly steps: HTMLButtonElement[];
  private answers: Stretch[] = [];
  private current: Stretch | undefined;
  private marked: Stretch | undefined;
  private awaited: Stretch | undefined;
  private drawing = false;

  constructor(context: Context, data: AskData, document: DocumentData, options: ReadingOptions) {
    this.context = context;
    this.data = document;
    this.pane = new Pane(document, data.title);
    this.highlights = new Highlights(this.pane);
    context.signal.addEventListener("abort", () => this.highlights.clear(), { once: true });
    this.minimap = new Minimap(document.length, document.pages, (offset) => this.pane.scrollTo({ start: Math.floor(offset), end: Math.floor(offset) + 1 }));
    this.chooser = new Chooser(context, this.pane, this.highlights, options);
    const step = (label: string, by: number): HTMLButtonElement =>
      el("button", { type: "button", class: "bk-button bk-small", onclick: () => options.onStep(by) }, label);
    this.steps = [step("previous", -1), step("next", 1)];
    const bar = el("div", { class: "bk-row bk-reading-bar" }, ...this.steps, this.count, this.where);
    const page = el("div", { class: "bk-reading" }, this.pane.element, this.minimap.element);
    this.element = el("div", {}, bar, page, this.chooser.element);
    this.pane.element.addEventListener("scroll", () => this.look(), { passive: true });
    const resized = new ResizeObserver(() => this.look());
    resized.observe(this.pane.element);
    context.signal.addEventListener("abort", () => resized.disconnect(), { once: true });
    this.pane.add(data.first);
    void this.load();
  }

  // Highlights the answers of a question and goes to one of them; -1 for none.
  show(asked: AskedData | undefined, index: number, follow: boolean): void {
    this.answers = (asked?.answers ?? []).flatMap(({ start, end, places }) => [{ start, end }, ...places.map(([from, to]) => ({ start: from, end: to }))]);
    this.current = asked?.answers[index];
    const total = asked?.answers.length ?? 0;
    this.count.textContent = !total ? "" : index < 0 ? `${total} possible answers` : `answer ${index + 1} of ${total}`;
    for (const button of this.steps) button.disabled = total === 0;
    this.highlights.show("scope", [asked?.scope ? { start: asked.scope[0], end: asked.scope[1] } : undefined]);
    this.paint();
    if (this.current && follow) this.goTo(this.current);
  }

  goTo(place: Stretch): void {
    this.awaited = this.pane.holds(place) ? undefined : place;
    this.current = place;
    this.paint();
    if (!this.awaited) this.pane.scrollTo(place);
  }

  // Brings the text itself into view, where it stands below the answers.
  reveal(): void {
    this.element.scrollIntoView({ block: "nearest" });
  }

  mark(marked: Stretch | undefined): void {
    this.marked = marked;
    this.chooser.showMarked(marked);
    this.paint();
  }

  limit(scope: Stretch | undefined): void {
    this.highlights.show("scope", [scope]);
  }

  // Begins choosing words by keys, at the answer or at the top of what is in view.
  choose(): void {
    const { start } = this.pane.visible();
    this.chooser.begin(this.current ?? { start, end: start + 1 });
  }

  excerpt(stretch: Stretch): string {
    const text = this.pane.text(stretch).replace(/\s+/g, " ");
    return text.length > 60 ? `${text.slice(0, 60)}…` : text;
  }

  private paint(): void {
    this.highlights.show("answer", this.answers);
    this.highlights.show("current", [this.current]);
    this.minimap.show(this.answers, this.current, this.marked);
  }

  private look(): void {
    if (this.drawing) return;
    this.drawing = true;
    requestAnimationFrame(() => {
      this.drawing = false;
      const visible = this.pane.visible();
      this.minimap.look(visible);
      const pages = this.data.pages.length;
      const where = pages ? `page ${Math.max(this.pane.pageOf(visible.start), 1)} of ${pages}` : "";
      if (where !== this.where.textContent) this.where.textContent = where;
    });
  }

  // Fetches what did not come with the first part, in order.
  private async load(): Promise<void> {
    const { parts } = this.data;
    const note = parts.length > 1 ? this.pane.note("loading the rest of the text", "bk-loading") : undefined;
    let leftOut = 0;
    for (let at = 1; at < parts.length && !this.context.signal.aborted; at++) {
      const [start, end] = parts[at] as [number, number];
      try {
        const { data } = await this.context.ask<Paragraph[]>("part", { at }, { signal: this.context.signal });
        this.pane.add(data);
        if (note) this.pane.element.append(note);
        this.arrived();
      } catch (error) {
        if (this.context.signal.aborted) return;
        if (!(error instanceof NotRecorded)) {
          note?.replaceWith(failure(error));
          return;
        }
        leftOut += end - start;
      }
    }
    if (leftOut) this.pane.note(`${leftOut.toLocaleString("en")} of ${this.data.length.toLocaleString("en")} characters of the text were left out of this page for size.`);
    note?.remove();
    this.look();
  }

  private arrived(): void {
    this.highlights.refresh();
    if (this.awaited && this.pane.holds(this.awaited)) this.goTo(this.awaited);
  }
}
