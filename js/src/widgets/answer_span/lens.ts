// The QA lens: what the span head reads at every layer, and at which layer the answer appears.
import { uint16 } from "../../base/arrays";
import type { Answer } from "../../base/channel";
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { percent } from "../../base/format";
import { HeatMap } from "../../base/heat_map";
import { empty } from "../../base/states";
import { Table } from "../../base/table";
import { TaskPlace } from "../../base/task";
import { type LensData, type Range, type Scores, short, signed, type Stage } from "./data";

const ROW = 20;
const FULL = 65535;
const LIMIT =
  "Limit: the span head was trained for the last layer only. What it reads before that is an approximation: a layer that holds the answer in another form looks as if it did not know it.";

export class Lens {
  readonly element: HTMLElement;
  private readonly context: Context;
  private readonly place: TaskPlace<LensData>;
  private readonly heat: HeatMap;
  private readonly table: Table<Stage>;
  private readonly sentence = el("p", {});
  private readonly labels = el("div", { class: "bk-heat-labels", "aria-hidden": "true" });
  private readonly choice = el("div", { class: "bk-row", role: "group", "aria-label": "What the heat map shows" });
  private data: LensData | undefined;
  private shares = new Uint16Array();
  private scores: Scores;
  private range: Range = [0, 1];
  private asked = "";

  constructor(context: Context, scores: Scores, onToken: (token: number) => void) {
    this.context = context;
    this.scores = scores;
    this.place = new TaskPlace(context);
    this.element = el("div", {}, this.place.element);
    const { signal } = context;
    this.heat = new HeatMap({
      label: "Layers by tokens",
      describe: (row, column) => this.describe(row, column),
      height: (_, { rows }) => rows * ROW,
      onSelect: (row, column) => {
        context.selection.set({ layer: this.data?.stages[row]?.layer });
        onToken(this.range[0] + column);
      },
      signal,
    });
    this.table = new Table({
      label: "The best span at each layer",
      columns: [
        { name: "layer", title: "layer", cell: ({ name }) => this.named(name) },
        { name: "best", title: "best span", cell: ({ best }) => el("span", { class: "bk-clip", title: best.text }, short(best.text, 80)) },
        { name: "score", title: "score", cell: ({ best }) => signed(best.score), numeric: true },
        { name: "rank", title: "answer's rank", cell: ({ answer_rank }) => String(answer_rank), numeric: true },
        { name: "start", title: "start", cell: ({ start_probability }) => percent(start_probability), numeric: true },
        { name: "end", title: "end", cell: ({ end_probability }) => percent(end_probability), numeric: true },
      ],
      id: ({ layer }) => layer,
      onSelect: ({ layer }) => context.selection.set({ layer }),
      signal,
    });
    this.choose(this.what);
  }

  show(scores: Scores, range: Range, token: number): void {
    this.scores = scores;
    this.range = range;
    const asked = `${scores.window} ${scores.longest}`;
    if (asked !== this.asked) {
      this.asked = asked;
      this.data = undefined;
      const { window, longest } = scores;
      void this.place.run("Read the layers", "lens", { window, longest }, (answer) => this.take(answer));
    }
    this.draw(token);
  }

  private take({ data, buffers }: Answer<LensData>): void {
    this.data = data;
    this.shares = uint16(buffers[0]);
    const names = data.stages.map(({ name }) => el("span", {}, name === "embeddings" ? "emb." : name.replace("encoder layer ", "layer ")));
    replace(this.labels, ...names);
    this.sentence.textContent = data.sentence;
    this.table.show(data.stages);
    const heat = el("div", { class: "bk-heat-frame" }, this.labels, this.heat.element);
    replace(this.place.element, this.sentence, this.choice, heat, this.table.element, el("p", { class: "bk-muted" }, LIMIT));
    this.draw(data.answer.first);
    this.context.announce(data.sentence);
  }

  private draw(token: number): void {
    if (!this.data) return;
    const [from, to] = this.range;
    const { stages, answer, appears_at: row } = this.data;
    const { layer } = this.context.selection.value;
    const values = new Uint8Array(stages.length * (to - from));
    for (let at = 0; at < values.length; at++) {
      const share = this.share(Math.floor(at / (to - from)), from + (at % (to - from)));
      // A square root lets small shares be seen too.
      values[at] = 1 + Math.round(Math.sqrt(share) * 254);
    }
    const frame = { row, column: answer.first - from, rows: stages.length - row, columns: answer.last - answer.first + 1 };
    this.heat.show({ rows: stages.length, columns: to - from, values }, answer.last >= from && answer.first < to ? [frame] : []);
    const chosen = stages.findIndex((stage) => stage.layer === layer);
    this.heat.select(chosen < 0 ? row : chosen, Math.max(0, token - from));
    this.table.select(layer ?? "");
  }

  private get what(): string {
    return this.context.option<string>("lens", "start");
  }

  private share(stage: number, token: number): number {
    const { stages, tokens } = this.data as LensData;
    const end = this.what === "end" ? stages.length : 0;
    return (this.shares[(end + stage) * tokens + token] ?? 0) / FULL;
  }

  private describe(row: number, column: number): string {
    const stage = this.data?.stages[row];
    if (!stage) return "";
    const token = this.range[0] + column;
    return `${stage.name}, token ${token} "${this.scores.piece[token]}": ${this.what} ${percent(this.share(row, token))}`;
  }

  private named(name: string): HTMLElement {
    const appears = this.data?.stages[this.data.appears_at]?.name === name;
    return el("span", {}, name, appears ? el("span", { class: "bk-mark bk-after" }, "appears and stays") : null);
  }

  private choose(what: string): void {
    const button = (name: string): HTMLElement =>
      el("button", { type: "button", class: "bk-button bk-small", "aria-pressed": String(name === what), onclick: () => this.pick(name) }, `${name} of the answer`);
    replace(this.choice, button("start"), button("end"), el("span", { class: "bk-muted" }, "The stronger the color, the likelier. The frame: the answer, from where it appears."));
  }

  private pick(what: string): void {
    this.context.setOption("lens", what);
    this.choose(what);
    this.choice.querySelector<HTMLElement>("[aria-pressed=true]")?.focus();
    this.draw(this.context.selection.value.token ?? this.data?.answer.first ?? 0);
  }
}

export function noLens(): HTMLElement {
  return empty("The layers of this reader cannot be looked into.", "Open a Core ML file that bertkit convert wrote.");
}
