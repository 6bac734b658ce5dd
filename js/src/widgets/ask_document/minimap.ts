// The whole document as a bar: where the answers stand, and what is in view. A pointer's way to what keys and lists do too.
import { el } from "../../base/dom";
import type { Stretch } from "./data";

export class Minimap {
  readonly element = el("div", { class: "bk-minimap", "aria-hidden": "true" });
  private readonly view = el("div", { class: "bk-minimap-view" });
  private readonly marks = el("div", {});
  private readonly length: number;

  constructor(length: number, pages: number[], onJump: (offset: number) => void) {
    this.length = Math.max(length, 1);
    const ticks = pages.slice(1).map((start) => this.at("bk-minimap-page", start));
    this.element.append(...ticks, this.view, this.marks);
    const jump = (event: PointerEvent): void => {
      const { top, height } = this.element.getBoundingClientRect();
      onJump(Math.min(Math.max((event.clientY - top) / height, 0), 1) * this.length);
    };
    this.element.addEventListener("pointerdown", (event) => {
      this.element.setPointerCapture(event.pointerId);
      jump(event);
    });
    this.element.addEventListener("pointermove", (event) => event.buttons && jump(event));
  }

  show(answers: Stretch[], current: Stretch | undefined, marked: Stretch | undefined): void {
    const marks = answers.map(({ start }) => this.at("bk-minimap-answer", start));
    if (current) marks.push(this.at("bk-minimap-answer bk-minimap-current", current.start));
    if (marked) marks.push(this.at("bk-minimap-answer bk-minimap-marked", marked.start));
    this.marks.replaceChildren(...marks);
  }

  look({ start, end }: Stretch): void {
    this.view.style.top = this.percent(start);
    this.view.style.height = this.percent(end - start);
  }

  private at(names: string, offset: number): HTMLElement {
    const mark = el("div", { class: names });
    mark.style.top = this.percent(offset);
    return mark;
  }

  private percent(offset: number): string {
    return `${((offset / this.length) * 100).toFixed(2)}%`;
  }
}
