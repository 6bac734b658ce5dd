// The score of every span that may answer: one column a first token, one row a length.
import { int16 } from "../../base/arrays";
import type { Answer } from "../../base/channel";
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { HeatMap } from "../../base/heat_map";
import { TaskPlace } from "../../base/task";
import { type Range, type Scores, short, signed } from "./data";

const ROW = 7;
const NOT_COUNTED = -32768;
// Below the best by this many hundredths of a logit all scores look alike.
const DEPTH = 1600;

interface Size {
  lengths: number;
  starts: number;
}

export class Matrix {
  readonly element: HTMLElement;
  private readonly place: TaskPlace<Size>;
  private readonly heat: HeatMap;
  private readonly legend = el("p", { class: "bk-muted" });
  private readonly labels = el("div", { class: "bk-heat-labels bk-heat-ends", "aria-hidden": "true" });
  private scores: Scores;
  private size: Size | undefined;
  private cells = new Int16Array();
  private range: Range = [0, 1];
  private span: Range = [0, 0];
  private asked = "";

  constructor(context: Context, scores: Scores, onSpan: (span: Range) => void) {
    this.scores = scores;
    this.place = new TaskPlace(context);
    this.element = el("div", {}, this.place.element);
    this.heat = new HeatMap({
      label: "Scores of spans",
      describe: (row, column) => this.describe(row, column),
      height: (_, { rows }) => Math.max(60, rows * ROW),
      onSelect: (row, column) => {
        const first = this.first + column;
        if (this.value(row, first) !== NOT_COUNTED) onSpan([first, first + row]);
      },
      signal: context.signal,
    });
  }

  show(scores: Scores, range: Range, span: Range): void {
    this.scores = scores;
    this.range = range;
    this.span = span;
    const asked = `${scores.window} ${scores.longest}`;
    if (asked !== this.asked) {
      this.asked = asked;
      this.size = undefined;
      const { window, longest } = scores;
      void this.place.run("Score the spans", "matrix", { window, longest }, (answer) => this.take(answer));
    }
    this.draw();
  }

  private get first(): number {
    return Math.max(this.range[0], this.scores.passage);
  }

  private take({ data, buffers }: Answer<Size>): void {
    this.size = data;
    this.cells = int16(buffers[0]);
    replace(this.labels, el("span", {}, "1 token"), el("span", {}, String(data.lengths)));
    const frame = el("div", { class: "bk-heat-frame" }, this.labels, this.heat.element);
    replace(this.place.element, el("p", {}, "Each column is a first token, each row a length. Cells left out cannot answer: they cut a word, or a neighboring window counts them."), frame, this.legend, this.top());
    this.draw();
  }

  private top(): HTMLElement {
    const items = this.scores.spans.slice(0, 5).map(({ first, last, text, score }) => el("li", {}, `tokens ${first} to ${last}, "${short(text)}": ${signed(score)}`));
    return el("div", {}, el("span", {}, "Highest cells:"), el("ol", {}, ...items));
  }

  private draw(): void {
    if (!this.size) return;
    const { lengths, starts } = this.size;
    const to = Math.min(this.range[1], this.scores.passage + starts);
    const columns = Math.max(0, to - this.first);
    const values = new Uint8Array(lengths * columns);
    const best = this.cells.reduce((most, cell) => Math.max(most, cell), NOT_COUNTED);
    for (let at = 0; at < values.length; at++) {
      const cell = this.value(Math.floor(at / columns), this.first + (at % columns));
      if (cell !== NOT_COUNTED) values[at] = 1 + Math.round(254 * Math.max(0, 1 - (best - cell) / DEPTH));
    }
    this.legend.textContent = `From ${signed((best - DEPTH) / 100)} or less to ${signed(best / 100)} over "no answer".`;
    this.heat.show({ rows: lengths, columns, values });
    this.heat.select(this.span[1] - this.span[0], this.span[0] - this.first);
  }

  private value(row: number, first: number): number {
    const { starts, lengths } = this.size as Size;
    const column = first - this.scores.passage;
    return column < 0 || column >= starts || row >= lengths ? NOT_COUNTED : (this.cells[row * starts + column] as number);
  }

  private describe(row: number, column: number): string {
    const first = this.first + column;
    const value = this.value(row, first);
    const { start, end, text, offset } = this.scores;
    const [from, to] = [start[first] ?? null, end[first + row] ?? null];
    const words = from === null || to === null ? "" : ` "${short([...text].slice(from - offset, to - offset).join(""))}"`;
    return `tokens ${first} to ${first + row}${words}: ${value === NOT_COUNTED ? "cannot answer" : signed(value / 100)}`;
  }
}
