// The pad: pen, finger or mouse draw on it, or arrows and Space. Strokes stay vectors; steps can be undone and redone.
import type { Context } from "../../base/context";
import { el, replace, svg } from "../../base/dom";
import type { Stroke } from "./data";
import { ink } from "./ink";

const CELLS = 16;
const LEAST_STEP = 3;
const MOST_POINTS = 4000;
const ARROWS: { [key: string]: [number, number] } = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Pad {
  readonly element: HTMLElement;
  strokes: Stroke[] = [];
  private undone: Stroke[] = [];
  private current: Stroke | undefined;
  private byKeys = false;
  private queued = 0;
  private cell: [number, number] = [CELLS / 2, CELLS / 2];
  private readonly context: Context;
  private readonly side: number;
  private readonly onChange: () => void;
  private readonly surface: HTMLElement;
  private readonly lines = svg("g", {});
  private readonly cursor: SVGElement;
  private readonly buttons: { [name: string]: HTMLButtonElement };

  constructor(context: Context, side: number, onChange: () => void) {
    this.context = context;
    this.side = side;
    this.onChange = onChange;
    this.cursor = svg("circle", { class: "bk-pad-cursor", r: side / CELLS / 2 });
    const drawing = svg("svg", { viewBox: `0 0 ${side} ${side}`, "aria-hidden": "true" }, ...grid(side), this.lines, this.cursor);
    const label = context.live ? "Drawing pad: draw here, or use arrows, Space for a line to the cursor, Enter to lift the pen" : "Drawing";
    this.surface = el("div", { class: "bk-pad", role: context.live ? "application" : "img", tabindex: context.live ? 0 : false, "aria-label": label }, drawing);
    const button = (words: string, act: () => void): HTMLButtonElement => el("button", { type: "button", class: "bk-button", onclick: act }, words);
    this.buttons = { undo: button("Undo", () => this.undo()), redo: button("Redo", () => this.redo()), clear: button("Clear", () => this.clear()) };
    this.element = el("div", {}, this.surface, context.live ? el("div", { class: "bk-row bk-pad-tools" }, ...Object.values(this.buttons)) : null);
    if (context.live) this.listen();
    this.draw();
  }

  get empty(): boolean {
    return this.strokes.length === 0;
  }

  // Puts strokes in place of those before. Does not call back.
  load(strokes: Stroke[]): void {
    this.strokes = [...strokes];
    this.undone = [];
    this.lift();
    this.draw();
  }

  show(strokes: Stroke[]): void {
    this.load(strokes);
    this.onChange();
  }

  clear(): void {
    if (this.empty) return;
    this.show([]);
    this.context.announce("The pad is empty");
  }

  undo(): void {
    this.lift();
    const last = this.strokes.pop();
    if (!last) return;
    this.undone.push(last);
    this.changed("One stroke back");
  }

  redo(): void {
    const again = this.undone.pop();
    if (!again) return;
    this.lift();
    this.strokes.push(again);
    this.changed("One stroke forward");
  }

  private listen(): void {
    const { signal, keys } = this.context;
    keys.add("← → ↑ ↓", "move the cursor on the pad");
    keys.add("Space", "on the pad: draw a line to the cursor");
    keys.add("Enter", "on the pad: lift the pen");
    keys.add("u", "undo a stroke", () => this.undo());
    keys.add("r", "redo a stroke", () => this.redo());
    const on = <Kind extends keyof HTMLElementEventMap>(kind: Kind, act: (event: HTMLElementEventMap[Kind]) => void): void => this.surface.addEventListener(kind, act, { signal });
    on("pointerdown", (event) => this.down(event));
    on("pointermove", (event) => this.move(event));
    for (const kind of ["pointerup", "pointercancel"] as const) on(kind, () => this.up());
    on("keydown", (event) => this.pressed(event));
    on("focus", () => this.draw());
    on("blur", () => this.draw());
  }

  private down(event: PointerEvent): void {
    if (event.button !== 0 || !event.isPrimary) return;
    event.preventDefault();
    this.surface.focus({ preventScroll: true });
    this.surface.setPointerCapture(event.pointerId);
    this.byKeys = false;
    this.begin(event.pointerType !== "mouse" && event.pressure > 0);
    this.add(event);
  }

  private move(event: PointerEvent): void {
    if (!this.current || this.byKeys) return;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const each of all.length ? all : [event]) this.add(each);
  }

  private up(): void {
    if (this.byKeys) return;
    this.lift();
    this.draw();
  }

  private begin(pressure: boolean): void {
    this.current = pressure ? [[], [], []] : [[], []];
    this.strokes.push(this.current);
    this.undone = [];
  }

  private add(event: PointerEvent): void {
    const box = this.surface.getBoundingClientRect();
    const place = (at: number, from: number, size: number): number => Math.round(Math.min(Math.max((at - from) / size, 0), 1) * this.side);
    this.point(place(event.clientX, box.left, box.width), place(event.clientY, box.top, box.height), event.pressure);
  }

  private point(across: number, down: number, pressure = 0.5): void {
    const [x, y, pressures] = this.current as Stroke;
    const last = x.length - 1;
    const near = last >= 0 && Math.hypot(across - (x[last] as number), down - (y[last] as number)) < LEAST_STEP;
    if (near || this.strokes.reduce((sum, stroke) => sum + stroke[0].length, 0) >= MOST_POINTS) return;
    x.push(across);
    y.push(down);
    pressures?.push(Math.round(pressure * 100));
    cancelAnimationFrame(this.queued);
    this.queued = requestAnimationFrame(() => this.draw()); // once a frame, however many points the pen tells
    this.onChange();
  }

  private lift(): void {
    this.current = undefined;
    this.byKeys = false;
  }

  private pressed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey) {
      const act = { z: () => this.undo(), y: () => this.redo() }[event.key];
      if (act) event.preventDefault();
      return act?.();
    }
    const arrow = ARROWS[event.key];
    if (!arrow && event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    if (arrow) this.walk(arrow);
    else if (event.key === " ") this.mark();
    else {
      this.lift();
      this.context.announce("Pen lifted");
      this.draw();
    }
  }

  private walk([across, down]: [number, number]): void {
    const inside = (place: number): number => Math.min(Math.max(place, 0), CELLS);
    this.cell = [inside(this.cell[0] + across), inside(this.cell[1] + down)];
    this.context.announce(`${this.where}${this.byKeys ? ", pen down" : ""}`);
    this.draw();
  }

  private mark(): void {
    if (!this.byKeys) {
      this.begin(false);
      this.byKeys = true;
    }
    const [column, row] = this.cell;
    this.point((column * this.side) / CELLS, (row * this.side) / CELLS);
    this.draw();
    this.context.announce(`${(this.current as Stroke)[0].length === 1 ? "Pen down at" : "Line to"} ${this.where}`);
  }

  private get where(): string {
    return `column ${this.cell[0]}, row ${this.cell[1]} of ${CELLS}`;
  }

  private changed(told: string): void {
    this.draw();
    this.context.announce(told);
    this.onChange();
  }

  private draw(): void {
    replace(this.lines, ...this.strokes.map(ink));
    this.cursor.setAttribute("cx", String((this.cell[0] * this.side) / CELLS));
    this.cursor.setAttribute("cy", String((this.cell[1] * this.side) / CELLS));
    this.cursor.classList.toggle("bk-pad-down", this.byKeys);
    this.surface.classList.toggle("bk-pad-empty", this.empty);
    for (const name of ["undo", "clear"]) (this.buttons[name] as HTMLButtonElement).disabled = this.empty;
    (this.buttons["redo"] as HTMLButtonElement).disabled = this.undone.length === 0;
  }
}

function grid(side: number): SVGElement[] {
  const places = [1, 2, 3].map((part) => (part * side) / 4);
  return places.flatMap((at) => [svg("line", { class: "bk-pad-grid", x1: at, x2: at, y1: 0, y2: side }), svg("line", { class: "bk-pad-grid", y1: at, y2: at, x1: 0, x2: side })]);
}
