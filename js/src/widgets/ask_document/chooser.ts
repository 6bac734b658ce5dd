// Choosing words of the text, by mouse or by keys, and what can be done with them.
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import type { Stretch } from "./data";
import type { Highlights } from "./highlights";
import { toPoints } from "./offsets";
import type { Block, Pane } from "./pane";
import { wordsOf } from "./words";

const LONGEST_SHOWN = 60;
const HINT = "Select words in the text to mark the right answer or to search only there (key m).";

export interface ChooserOptions {
  onMark: (stretch: Stretch) => void;
  onUnmark: () => void;
  onScope: (stretch: Stretch) => void;
}

export class Chooser {
  readonly element = el("div", { class: "bk-row bk-chooser" });
  private readonly context: Context;
  private readonly pane: Pane;
  private readonly highlights: Highlights;
  private readonly options: ChooserOptions;
  private chosen: Stretch | undefined;
  private marked: Stretch | undefined;
  // The words where choosing by keys began and where it is; undefined while the mouse chooses.
  private walk: { anchor: Stretch; at: Stretch } | undefined;

  constructor(context: Context, pane: Pane, highlights: Highlights, options: ChooserOptions) {
    this.context = context;
    this.pane = pane;
    this.highlights = highlights;
    this.options = options;
    // In a page nobody learns from a mark and nothing new can be searched.
    if (context.live) {
      document.addEventListener("selectionchange", () => this.selected(), { signal: context.signal });
      pane.element.addEventListener("keydown", (event) => this.pressed(event), { signal: context.signal });
    }
    // A press on a button must not take the selection away before it is used.
    this.element.addEventListener("mousedown", (event) => event.preventDefault());
    this.draw();
  }

  showMarked(marked: Stretch | undefined): void {
    this.marked = marked;
    this.highlights.show("marked", [marked]);
    this.draw();
  }

  // Begins choosing by keys at what is chosen, else at `near`.
  begin(near: Stretch): void {
    const from = this.chosen ?? near;
    const first = this.wordAt(from.start);
    if (!first) return;
    const last = this.wordAt(Math.max(from.end - 1, from.start)) ?? first;
    this.walk = { anchor: first, at: last };
    document.getSelection()?.removeAllRanges();
    this.pane.element.focus({ preventScroll: true });
    this.walked();
  }

  private selected(): void {
    const selection = document.getSelection();
    if (!selection?.anchorNode || !this.pane.element.contains(selection.anchorNode)) return;
    this.walk = undefined;
    this.choose(this.pane.selected(), false);
  }

  private choose(stretch: Stretch | undefined, paint: boolean): void {
    this.chosen = stretch;
    this.highlights.show("chosen", paint ? [stretch] : []);
    this.draw();
  }

  private draw(): void {
    const { chosen, marked } = this;
    if (chosen) replace(this.element, ...this.choice(chosen));
    else if (marked) {
      const remove = this.context.live && button("remove the mark", () => this.options.onUnmark());
      replace(this.element, el("span", {}, "Marked as the right answer: ", ...this.words(marked)), remove);
    } else replace(this.element, this.context.live && el("span", { class: "bk-muted" }, HINT));
  }

  private choice(chosen: Stretch): HTMLElement[] {
    const done = (act: (stretch: Stretch) => void) => (): void => {
      this.leave();
      act(chosen);
    };
    return [
      el("span", {}, ...this.words(chosen)),
      button("mark as the right answer", done(this.options.onMark)),
      button("search only here", done(this.options.onScope)),
    ];
  }

  private words(stretch: Stretch): (HTMLElement | string)[] {
    const text = this.pane.text(stretch).replace(/\s+/g, " ");
    const shown = text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
    return [el("bdi", { class: "bk-answer" }, shown), ` characters ${stretch.start.toLocaleString("en")} to ${stretch.end.toLocaleString("en")}`];
  }

  private leave(): void {
    this.walk = undefined;
    document.getSelection()?.removeAllRanges();
    this.choose(undefined, true);
  }

  private pressed(event: KeyboardEvent): void {
    if (!this.walk || event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    if (key === "Enter" && this.chosen) {
      const { chosen } = this;
      this.leave();
      this.options.onMark(chosen);
    } else if (key === "Escape") this.leave();
    else if (key.startsWith("Arrow")) this.step(key, event.shiftKey);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private step(key: string, extend: boolean): void {
    const walk = this.walk as { anchor: Stretch; at: Stretch };
    const block = this.pane.blockAt(walk.at.start) as Block;
    const rightToLeft = getComputedStyle(block.element).direction === "rtl";
    const forward = key === "ArrowDown" || key === (rightToLeft ? "ArrowLeft" : "ArrowRight");
    const lines = key === "ArrowDown" || key === "ArrowUp";
    const at = (lines ? this.paragraph(block, forward) : this.neighbor(block, walk.at, forward)) ?? walk.at;
    this.walk = { anchor: extend ? walk.anchor : at, at };
    this.walked();
  }

  private walked(): void {
    const { anchor, at } = this.walk as { anchor: Stretch; at: Stretch };
    const stretch = { start: Math.min(anchor.start, at.start), end: Math.max(anchor.end, at.end) };
    this.choose(stretch, true);
    this.pane.keepInView(at);
    this.context.announce(this.pane.text(stretch));
  }

  private neighbor(block: Block, word: Stretch, forward: boolean): Stretch | undefined {
    const words = this.wordsIn(block);
    const at = words.findIndex(({ start }) => start === word.start);
    const next = words[at + (forward ? 1 : -1)];
    if (next) return next;
    const beside = this.beside(block, forward);
    return beside && (forward ? beside[0] : beside.at(-1));
  }

  private paragraph(block: Block, forward: boolean): Stretch | undefined {
    return this.beside(block, forward)?.[0];
  }

  // The words of the nearest paragraph that has some.
  private beside(block: Block, forward: boolean): Stretch[] | undefined {
    const { blocks } = this.pane;
    const step = forward ? 1 : -1;
    for (let at = blocks.indexOf(block) + step; blocks[at]; at += step) {
      const words = this.wordsIn(blocks[at] as Block);
      if (words.length) return words;
    }
    return undefined;
  }

  private wordAt(offset: number): Stretch | undefined {
    const block = this.pane.blockAt(offset) ?? this.pane.blocks[0];
    const words = block ? this.wordsIn(block) : [];
    return words.find(({ end }) => end > offset) ?? words.at(-1);
  }

  private wordsIn(block: Block): Stretch[] {
    return wordsOf(block.text).map(([start, end]) => ({
      start: block.start + toPoints(block.text, start),
      end: block.start + toPoints(block.text, end),
    }));
  }
}

function button(label: string, act: () => void): HTMLButtonElement {
  return el("button", { type: "button", class: "bk-button bk-small", onclick: act }, label);
}
