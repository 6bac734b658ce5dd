// The workbench: modules, layers, values and the answer side by side, one selection for all.
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { type Cost, costs } from "../model_map/costs";
import { Atlas, type Measure } from "../model_map/data";
import { costColumn, Layers, nameColumn } from "../model_map/layers";
import { Modules } from "../model_map/modules";
import { Walk } from "../model_map/walk";
import { AnswerPane } from "./answer";
import type { BenchData } from "./data";
import { Header } from "./header";
import { History } from "./history";
import { differenceColumn, valuesColumn } from "./live";
import { pane, walkPanes } from "./pane";
import { Session } from "./session";
import { Values } from "./values";

export function workbench(context: Context, body: HTMLElement): void {
  const data = context.data<BenchData>();
  const bench = new Bench(context, body, data);
  let first = true;
  context.eachData((current) => {
    if (!first) bench.update(current.data<BenchData>());
    first = false;
  });
}

class Bench {
  private readonly atlas: Atlas;
  private readonly session: Session;
  private readonly header: Header;
  private readonly modules: Modules;
  private readonly layers: Layers;
  private readonly values: Values;
  private readonly answer: AnswerPane;
  private readonly walk: Walk;
  private readonly panes = el("div", { class: "bk-bench" });
  private known: Cost[];

  constructor(context: Context, body: HTMLElement, data: BenchData) {
    this.atlas = new Atlas(data);
    this.known = costs(this.atlas);
    this.walk = new Walk(context, this.atlas, () => this.show());
    this.session = new Session(context, data, () => this.show());
    this.modules = new Modules(context, this.walk, { costs: () => this.known, onChange: () => this.layers.show(this.version) });
    this.layers = this.layersPane(context);
    this.values = new Values(context, this.walk, this.session, data.attentions);
    this.answer = new AnswerPane(context, this.walk, this.session);
    this.header = new Header(context, this.session, data, new History(context), () => void this.measure());
    const panes = [
      pane("Modules", this.modules.element),
      pane("Layers", this.layers.element),
      pane("Values", this.values.element),
      pane("Answer", this.answer.element),
    ];
    this.panes.append(...panes);
    replace(body, this.header.element, this.panes);
    walkPanes(context, body, [this.header.place, ...panes]);
    this.begin(context);
  }

  // Takes over what Python shows now.
  update(data: BenchData): void {
    this.remember(data.measures);
    this.session.update(data);
    this.show();
  }

  // Where nothing is selected, the layer from which the answer appears.
  private begin(context: Context): void {
    const lens = this.session.latest?.run.lens;
    const { module, layer } = context.selection.value;
    const appears = lens?.stages[lens.appears]?.[1];
    const found = appears === undefined || module !== undefined || layer !== undefined ? undefined : this.atlas.find(appears);
    if (found) {
      const [up = 0] = this.atlas.line(this.atlas.layer(found.layer).owner).filter((at) => this.atlas.entry(at).instances.length);
      context.selection.set({ module: this.atlas.path(up, found.chosen), layer: appears });
    }
    this.walk.follow();
    void this.session.compare();
  }

  // What the cells of the layers' table depend on besides the selection.
  private get version(): string {
    const { sides, comparison } = this.session;
    return JSON.stringify([sides.map(({ run, model }) => [run.question, model]), comparison?.a, comparison?.b, this.atlas.data.measures.length]);
  }

  private layersPane(context: Context): Layers {
    const rows = (): number[] => this.layers.shown();
    const columns = [
      nameColumn(this.walk),
      { ...differenceColumn(this.walk, this.session, rows), shown: () => this.session.comparison !== undefined },
      { ...valuesColumn(this.walk, this.session, rows), shown: () => this.session.sides.length > 0 },
      costColumn(this.walk, this.modules, rows, () => this.modules.cost.name !== "parameters"),
    ];
    return new Layers(context, this.walk, this.modules, columns);
  }

  private show(): void {
    this.panes.classList.toggle("bk-bench-two", this.session.sides.length > 1);
    this.header.show();
    this.modules.show();
    this.layers.show(this.version);
    this.values.show();
    this.answer.show();
  }

  private async measure(): Promise<void> {
    const measure = await this.session.measure();
    if (!measure) return;
    this.remember([measure]);
    this.modules.choose(measure.name);
    this.show();
  }

  private remember(measures: Measure[]): void {
    this.atlas.data.measures = measures;
    this.known = costs(this.atlas);
    this.modules.refresh();
  }
}
