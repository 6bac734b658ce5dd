// A table of any length: only the rows in sight exist. One tab stop, walked by arrows.
import { el, replace, uniqueId } from "./dom";

export interface RowsOptions {
  label: string;
  columns: string[];
  // The cells of a row; undefined while they are not known.
  cells: (at: number) => (Node | string)[] | undefined;
  onSelect: (at: number) => void;
  signal: AbortSignal;
}

const HEIGHT = 24;
const BEYOND = 6;
const STEPS: { [key: string]: number } = { ArrowUp: -1, ArrowDown: 1, PageUp: -10, PageDown: 10, Home: -1e9, End: 1e9 };

export class Rows {
  readonly element: HTMLElement;
  private readonly options: RowsOptions;
  private readonly body: HTMLElement;
  private count = 0;
  private selected = -1;
  private queued = 0;

  constructor(options: RowsOptions) {
    this.options = options;
    const head = el("div", { class: "bk-rows-line bk-rows-head", role: "row" }, ...options.columns.map((title) => el("span", { role: "columnheader" }, title)));
    this.body = el("div", { class: "bk-rows-body", role: "rowgroup" });
    this.element = el("div", { class: "bk-rows", role: "grid", tabindex: 0, "aria-label": options.label }, el("div", { role: "rowgroup" }, head), this.body);
    this.element.addEventListener("scroll", () => this.draw(), { signal: options.signal, passive: true });
    this.element.addEventListener("keydown", (event) => this.pressed(event), { signal: options.signal });
    this.element.addEventListener("click", (event) => this.clicked(event), { signal: options.signal });
    const observer = new ResizeObserver(() => this.draw());
    observer.observe(this.element);
    options.signal.addEventListener("abort", () => observer.disconnect(), { once: true });
  }

  show(count: number): void {
    this.count = count;
    this.body.style.height = `${count * HEIGHT}px`;
    this.element.setAttribute("aria-rowcount", String(count + 1));
    this.draw();
  }

  // Marks a row and brings it into sight. Does not call back.
  select(at: number): void {
    this.selected = at;
    if (at < 0) return this.draw();
    const room = this.element.clientHeight - 2 * HEIGHT;
    const { scrollTop } = this.element;
    if (at * HEIGHT < scrollTop) this.element.scrollTop = at * HEIGHT;
    else if (at * HEIGHT > scrollTop + room) this.element.scrollTop = at * HEIGHT - room / 2;
    this.draw();
  }

  // Draws anew, at most once a frame.
  draw(): void {
    cancelAnimationFrame(this.queued);
    this.queued = requestAnimationFrame(() => this.drawNow());
  }

  private drawNow(): void {
    const { scrollTop, clientHeight } = this.element;
    const first = Math.max(0, Math.floor(scrollTop / HEIGHT) - BEYOND);
    const last = Math.min(this.count, Math.ceil((scrollTop + clientHeight) / HEIGHT) + BEYOND);
    const lines: HTMLElement[] = [];
    for (let at = first; at < last; at++) lines.push(this.line(at));
    replace(this.body, ...lines);
    const active = lines[this.selected - first];
    if (active) this.element.setAttribute("aria-activedescendant", active.id);
    else this.element.removeAttribute("aria-activedescendant");
  }

  private line(at: number): HTMLElement {
    const cells = this.options.cells(at) ?? this.options.columns.map(() => "…");
    const line = el("div", { class: "bk-rows-line", role: "row", id: uniqueId(), "aria-rowindex": at + 2, "aria-selected": String(at === this.selected) }, ...cells.map((cell) => el("span", { role: "gridcell" }, cell)));
    line.style.top = `${at * HEIGHT}px`;
    line.dataset["bkAt"] = String(at);
    return line;
  }

  private pressed(event: KeyboardEvent): void {
    const step = STEPS[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey || !this.count) return;
    event.preventDefault();
    this.choose(Math.max(0, Math.min(this.selected + step, this.count - 1)));
  }

  private clicked(event: MouseEvent): void {
    const at = (event.target as Element).closest<HTMLElement>("[data-bk-at]")?.dataset["bkAt"];
    if (at !== undefined) this.choose(Number(at));
  }

  private choose(at: number): void {
    this.select(at);
    this.options.onSelect(at);
  }
}
