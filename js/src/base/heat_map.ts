// A heat map to walk through: one tab stop, arrows from cell to cell, and the cell's value always in words below it.
import { el } from "./dom";
import { type Heat, type Palette, palette, picture } from "./heat";

export interface HeatMapOptions {
  label: string;
  // What a cell says, in words.
  describe: (row: number, column: number) => string;
  // Height in pixels for a width in pixels.
  height: (width: number, heat: Heat) => number;
  // Rows and columns of values that make one cell, for pictures beside each other; 1 and 1 when left out.
  tile?: (heat: Heat) => [number, number];
  // A cell was chosen, by arrows or by a click.
  onSelect?: (row: number, column: number) => void;
  // Enter, or a double click.
  onOpen?: (row: number, column: number) => void;
  signal: AbortSignal;
}

// A rectangle of cells with a frame around it.
export interface Mark {
  row: number;
  column: number;
  rows: number;
  columns: number;
}

const STEPS: { [key: string]: [number, number] } = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  PageUp: [-10, 0],
  PageDown: [10, 0],
};

export class HeatMap {
  readonly element: HTMLElement;
  // The cell in words; it stands below the canvas unless it is put elsewhere.
  readonly readout = el("output", { class: "bk-heat-readout" });
  private readonly options: HeatMapOptions;
  private readonly canvas: HTMLCanvasElement;
  private readonly themed = new MutationObserver(() => this.repaint());
  private heat: Heat = { rows: 0, columns: 0, values: new Uint8Array() };
  private painted: HTMLCanvasElement | undefined;
  private marks: Mark[] = [];
  private row = 0;
  private column = 0;
  private queued = 0;

  constructor(options: HeatMapOptions) {
    this.options = options;
    this.canvas = el("canvas", { class: "bk-heat", tabindex: 0, role: "application", "aria-roledescription": "heat map" });
    this.element = el("div", { class: "bk-heat-map" }, this.canvas, this.readout);
    const { signal } = options;
    this.canvas.addEventListener("keydown", (event) => this.pressed(event), { signal });
    this.canvas.addEventListener("click", (event) => this.clicked(event), { signal });
    this.canvas.addEventListener("dblclick", () => options.onOpen?.(this.row, this.column), { signal });
    this.canvas.addEventListener("pointermove", (event) => this.tell(...this.cell(event)), { signal });
    this.canvas.addEventListener("pointerleave", () => this.tell(this.row, this.column), { signal });
    const resized = new ResizeObserver(() => this.draw());
    resized.observe(this.element);
    signal.addEventListener("abort", () => (resized.disconnect(), this.themed.disconnect()), { once: true });
  }

  show(heat: Heat, marks: Mark[] = []): void {
    this.heat = heat;
    this.painted = undefined;
    this.marks = marks;
    this.select(this.row, this.column);
  }

  // Moves the cursor. Does not call back.
  select(row: number, column: number): void {
    this.row = clamp(row, this.rows);
    this.column = clamp(column, this.columns);
    this.tell(this.row, this.column);
    this.draw();
  }

  mark(marks: Mark[]): void {
    this.marks = marks;
    this.draw();
  }

  private get rows(): number {
    return Math.round(this.heat.rows / (this.options.tile?.(this.heat)[0] ?? 1));
  }

  private get columns(): number {
    return Math.round(this.heat.columns / (this.options.tile?.(this.heat)[1] ?? 1));
  }

  private tell(row: number, column: number): void {
    const words = this.heat.values.length ? this.options.describe(row, column) : "";
    this.readout.textContent = words;
    if (row === this.row && column === this.column) this.canvas.setAttribute("aria-label", `${this.options.label}. ${words}`);
  }

  private repaint(): void {
    this.painted = undefined;
    this.draw();
  }

  private draw(): void {
    cancelAnimationFrame(this.queued);
    this.queued = requestAnimationFrame(() => this.drawNow());
  }

  private drawNow(): void {
    const width = this.element.clientWidth;
    if (!width || !this.element.isConnected) return;
    const height = Math.round(this.options.height(width, this.heat));
    const scale = globalThis.devicePixelRatio || 1;
    this.canvas.style.height = `${height}px`;
    const size = [Math.round(width * scale), Math.round(height * scale)] as const;
    if (size[0] !== this.canvas.width || size[1] !== this.canvas.height) this.painted = undefined;
    [this.canvas.width, this.canvas.height] = size;
    this.painted ??= picture(this.heat, ...size, this.colors());
    const context = this.canvas.getContext("2d");
    if (!this.painted || !context) return;
    context.imageSmoothingEnabled = false;
    context.drawImage(this.painted, 0, 0, ...size);
    for (const mark of this.marks) this.frame(mark, scale, "--bk-heat-mark");
    this.frame({ row: this.row, column: this.column, rows: 1, columns: 1 }, scale, "--bk-heat-cursor");
  }

  // The theme is known, and can change, once the map is in the document.
  private colors(): Palette {
    const root = this.element.closest(".bk-root");
    if (root) this.themed.observe(root, { attributes: true, attributeFilter: ["data-bk-theme"] });
    return palette(this.element);
  }

  // Two lines, so that the frame is seen on light and dark cells alike.
  private frame(mark: Mark, scale: number, color: string): void {
    const context = this.canvas.getContext("2d");
    if (!context || !this.heat.rows) return;
    const [width, height] = [this.canvas.width / this.columns, this.canvas.height / this.rows];
    // Cells may be narrower than a line: a frame is at least a few pixels wide.
    const least = Math.max(0, (5 * scale - mark.columns * width) / 2);
    const box = [mark.column * width - least, mark.row * height, mark.columns * width + 2 * least, mark.rows * height] as const;
    const style = getComputedStyle(this.element);
    for (const [line, name] of [[3.5, "--bk-bg"], [1.75, color]] as const) {
      context.lineWidth = line * scale;
      context.strokeStyle = style.getPropertyValue(name);
      context.strokeRect(...box);
    }
  }

  private cell(event: MouseEvent): [number, number] {
    const box = this.canvas.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * this.rows);
    const column = Math.floor(((event.clientX - box.left) / box.width) * this.columns);
    return [clamp(row, this.rows), clamp(column, this.columns)];
  }

  private clicked(event: MouseEvent): void {
    this.canvas.focus({ preventScroll: true });
    this.choose(...this.cell(event));
  }

  private pressed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.heat.values.length) return;
    const step = STEPS[event.key];
    if (step) this.choose(this.row + step[0], this.column + step[1]);
    else if (event.key === "Home") this.choose(this.row, 0);
    else if (event.key === "End") this.choose(this.row, this.columns - 1);
    else if (event.key === "Enter" || event.key === " ") this.options.onOpen?.(this.row, this.column);
    else return;
    event.preventDefault();
  }

  private choose(row: number, column: number): void {
    this.select(row, column);
    this.options.onSelect?.(this.row, this.column);
  }
}

function clamp(value: number, count: number): number {
  return Math.max(0, Math.min(value, count - 1));
}
