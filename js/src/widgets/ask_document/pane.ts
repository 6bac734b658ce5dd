// The text of a document: one element a paragraph, which the browser draws only where it is looked at.
import { el } from "../../base/dom";
import type { DocumentData, Paragraph, Stretch } from "./data";
import { countPoints, toPoints, toUnits } from "./offsets";

export interface Block extends Stretch {
  text: string;
  element: HTMLElement;
}

const KINDS = ["bk-lines", "bk-flowing", "bk-heading"];
const CHARACTERS_A_LINE = 80;
const SETTLING_FRAMES = 4;

export class Pane {
  readonly element: HTMLElement;
  readonly blocks: Block[] = [];
  private readonly data: DocumentData;
  private page = 0;

  constructor(data: DocumentData, title: string) {
    this.data = data;
    this.element = el("div", { class: "bk-document", role: "region", tabindex: 0, "aria-label": `Text of ${title}` });
  }

  add(paragraphs: Paragraph[]): void {
    for (const [start, text, kind] of paragraphs) {
      this.turnPages(start);
      const element = el("p", { class: `bk-paragraph ${KINDS[kind] ?? ""}`, dir: "auto" }, text);
      element.style.setProperty("--bk-lines", String(Math.ceil(text.length / CHARACTERS_A_LINE)));
      this.blocks.push({ start, end: start + countPoints(text), text, element });
      this.element.append(element);
    }
  }

  // Says in words that a stretch of the text is not here.
  note(text: string, name = ""): HTMLElement {
    const note = el("p", { class: `bk-muted bk-page-mark ${name}` }, text);
    this.element.append(note);
    return note;
  }

  // The paragraph that holds a character, or the last one before it.
  blockAt(offset: number): Block | undefined {
    let [low, high] = [0, this.blocks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.blocks[middle] as Block).start <= offset) low = middle + 1;
      else high = middle;
    }
    return this.blocks[low - 1];
  }

  holds({ start }: Stretch): boolean {
    return start < (this.blocks.at(-1)?.end ?? 0);
  }

  overlapping({ start, end }: Stretch): Block[] {
    const first = this.blocks.indexOf(this.blockAt(start) ?? (this.blocks[0] as Block));
    const found: Block[] = [];
    for (let at = Math.max(first, 0); at < this.blocks.length; at++) {
      const block = this.blocks[at] as Block;
      if (block.start >= end) break;
      if (block.end > start) found.push(block);
    }
    return found;
  }

  // What of a stretch stands in a paragraph, in UTF-16 units of its text.
  units(block: Block, { start, end }: Stretch): Stretch {
    const clip = (offset: number): number => Math.min(Math.max(offset, block.start), block.end) - block.start;
    return { start: toUnits(block.text, clip(start)), end: toUnits(block.text, clip(end)) };
  }

  // The same as a range; the paragraph may hold several text nodes.
  range(block: Block, stretch: Stretch): Range {
    const { start, end } = this.units(block, stretch);
    const range = document.createRange();
    range.setStart(...point(block.element, start));
    range.setEnd(...point(block.element, end));
    return range;
  }

  // What the user selected in the text, without white space at its ends.
  selected(): Stretch | undefined {
    const selection = document.getSelection();
    if (!selection || selection.isCollapsed || !selection.rangeCount) return undefined;
    const range = selection.getRangeAt(0);
    const inside = this.blocks.filter(({ element }) => range.intersectsNode(element) && this.element.contains(element));
    const [first, last] = [inside[0], inside.at(-1)];
    if (!first || !last) return undefined;
    const from = first.element.contains(range.startContainer) ? before(first, range.startContainer, range.startOffset) : 0;
    const to = last.element.contains(range.endContainer) ? before(last, range.endContainer, range.endOffset) : last.text.length;
    const start = first.start + toPoints(first.text, from + leading(first.text.slice(from)));
    const end = last.start + toPoints(last.text, last.text.slice(0, to).trimEnd().length);
    return start < end ? { start, end } : undefined;
  }

  text(stretch: Stretch): string {
    return this.overlapping(stretch)
      .map((block) => this.range(block, stretch).toString())
      .join(" ");
  }

  // Brings a stretch into view. Heights of paragraphs not drawn before are estimates, so the place is corrected as they are drawn.
  scrollTo(stretch: Stretch, frames = SETTLING_FRAMES): void {
    const block = this.overlapping(stretch)[0] ?? this.blockAt(stretch.start);
    if (!block) return;
    const top = this.range(block, stretch).getBoundingClientRect().top - this.element.getBoundingClientRect().top;
    const away = top - this.element.clientHeight / 3;
    if (Math.abs(away) > 2) this.element.scrollTop += away;
    if (frames > 1) requestAnimationFrame(() => this.scrollTo(stretch, frames - 1));
  }

  // Scrolls no further than needed.
  keepInView(stretch: Stretch): void {
    const block = this.overlapping(stretch)[0];
    if (!block) return;
    const { top, bottom } = this.range(block, stretch).getBoundingClientRect();
    const frame = this.element.getBoundingClientRect();
    if (top < frame.top || bottom > frame.bottom) this.scrollTo(stretch);
  }

  // From the first to the last character in view.
  visible(): Stretch {
    const { top, bottom } = this.element.getBoundingClientRect();
    const first = this.firstBelow(top);
    const last = this.firstBelow(bottom);
    return { start: first?.start ?? 0, end: last?.end ?? this.blocks.at(-1)?.end ?? 0 };
  }

  // The page of a character, from 1; 0 where there are no pages.
  pageOf(offset: number): number {
    return this.data.pages.filter((start) => start <= offset).length;
  }

  private firstBelow(line: number): Block | undefined {
    let [low, high] = [0, this.blocks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.blocks[middle] as Block).element.getBoundingClientRect().bottom <= line) low = middle + 1;
      else high = middle;
    }
    return this.blocks[low];
  }

  private turnPages(start: number): void {
    const { pages } = this.data;
    while (this.page < pages.length && (pages[this.page] as number) <= start) {
      this.page++;
      this.element.append(el("div", { class: "bk-page-mark" }, `page ${this.page}`));
    }
  }
}

function leading(text: string): number {
  return text.length - text.trimStart().length;
}

// How many units of a paragraph stand before a place in it.
function before(block: Block, node: Node, offset: number): number {
  const range = document.createRange();
  range.setStart(block.element, 0);
  range.setEnd(node, offset);
  return range.toString().length;
}

function point(element: HTMLElement, units: number): [Node, number] {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let left = units;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const { length } = node as Text;
    if (left <= length) return [node, left];
    left -= length;
  }
  return [element, element.childNodes.length];
}
