// What the chosen span rests on: how much each token carries of its start plus end logit.
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { plural } from "../../base/format";
import { HeatMap } from "../../base/heat_map";
import { meter } from "../../base/meter";
import { Table } from "../../base/table";
import { TaskPlace } from "../../base/task";
import { type AttributionData, type Range, type Scores, short, signed } from "./data";

const SHOWN = 12;
const MEANING: { [method: string]: string } = {
  occlusion: "what its start plus end logit loses when a token alone is hidden",
  "integrated gradients": "each token's part of the difference to a row with all words hidden",
};

export class Attribution {
  readonly element: HTMLElement;
  private readonly place: TaskPlace<AttributionData>;
  private readonly heat: HeatMap;
  private readonly onToken: (token: number) => void;
  private readonly context: Context;
  private readonly about = el("span", { class: "bk-muted" });
  private data: AttributionData | undefined;
  private scores: Scores;
  private range: Range = [0, 1];
  private span: Range = [0, 0];

  constructor(context: Context, scores: Scores, layered: boolean, onToken: (token: number) => void) {
    this.context = context;
    this.scores = scores;
    this.onToken = onToken;
    this.place = new TaskPlace(context);
    const button = (method: string, words: string): HTMLElement =>
      el("button", { type: "button", class: "bk-button", onclick: () => this.ask(method) }, words);
    const buttons = [button("occlusion", "Hide each token in turn (occlusion)"), layered ? button("integrated gradients", "Integrated gradients") : null];
    this.element = el("div", {}, el("div", { class: "bk-row" }, ...buttons, this.about), this.place.element);
    this.heat = new HeatMap({
      label: "What the span rests on, by token",
      describe: (row, column) => this.describe(row, column),
      height: () => 36,
      onSelect: (_, column) => onToken(this.range[0] + column),
      signal: context.signal,
    });
  }

  show(scores: Scores, range: Range, span: Range, token: number): void {
    if (scores !== this.scores) {
      this.data = undefined;
      replace(this.place.element);
    }
    this.scores = scores;
    this.range = range;
    this.span = span;
    const words = plural(scores.part.filter((part) => part !== "special").length, "run");
    this.about.textContent = `for tokens ${span[0]} to ${span[1]}; occlusion takes ${words} of the model`;
    this.draw(token);
  }

  private ask(method: string): void {
    const parameters = { window: this.scores.window, first: this.span[0], last: this.span[1], method };
    void this.place.run(`Ask again (${method})`, "attribute", parameters, ({ data }) => {
      this.data = data;
      this.fill(data);
      this.draw(this.span[0]);
      this.context.announce(`${method} done`);
    });
  }

  private fill(data: AttributionData): void {
    const known = data.values.flatMap((value, token) => (value === null ? [] : [{ token, value }]));
    const sorted = known.sort((left, right) => right.value - left.value);
    const most = Math.max(...known.map(({ value }) => Math.abs(value)), 1e-6);
    const table = new Table<{ token: number; value: number }>({
      label: "Tokens that carry most",
      columns: [
        { name: "piece", title: "piece", cell: ({ token }) => el("span", { class: "bk-mono" }, this.scores.piece[token] ?? "") },
        { name: "token", title: "token", cell: ({ token }) => String(token), numeric: true },
        { name: "part", title: "part", cell: ({ token }) => this.scores.part[token] ?? "" },
        { name: "value", title: "logits", cell: ({ value }) => meter(Math.max(0, value) / most, signed(value)), numeric: true },
      ],
      id: ({ token }) => String(token),
      group: ({ value }) => (value < 0 ? "against it" : "for it"),
      onSelect: ({ token }) => this.onToken(token),
      signal: this.context.signal,
    });
    const against = sorted.filter(({ value }) => value < 0).slice(-3);
    table.show([...sorted.filter(({ value }) => value >= 0).slice(0, SHOWN), ...against]);
    table.select("");
    const gap = data.method === "occlusion" ? "" : `; the parts miss the difference by ${signed(data.gap)}`;
    const title = el("p", {}, el("strong", {}, `What "${short(data.answer)}" rests on`), `: ${MEANING[data.method] ?? ""} (${data.method}, ${plural(data.runs, "run")}${gap}).`);
    const labels = el("div", { class: "bk-heat-labels", "aria-hidden": "true" }, el("span", {}, "for"), el("span", {}, "against"));
    replace(this.place.element, title, el("div", { class: "bk-heat-frame" }, labels, this.heat.element), table.element);
  }

  private draw(token: number): void {
    if (!this.data) return;
    const [from, to] = this.range;
    const columns = to - from;
    const most = this.data.values.reduce<number>((high, value) => Math.max(high, Math.abs(value ?? 0)), 1e-6);
    const values = new Uint8Array(2 * columns);
    for (let column = 0; column < columns; column++) {
      const value = this.data.values[from + column] ?? null;
      if (value !== null) values[value < 0 ? columns + column : column] = 1 + Math.round((254 * Math.abs(value)) / most);
    }
    this.heat.show({ rows: 2, columns, values });
    this.heat.select(0, token - from);
  }

  private describe(_row: number, column: number): string {
    const token = this.range[0] + column;
    const value = this.data?.values[token] ?? null;
    return `token ${token} "${this.scores.piece[token]}": ${value === null ? "no value" : `${signed(value)} logits`}`;
  }
}
