// The graph of the selected module, in a part that folds.
import { Latest } from "../../base/channel";
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { Graph, type GraphData } from "../../base/graph";
import { failure } from "../../base/states";
import type { Walk } from "./walk";

export class GraphPart {
  readonly element: HTMLDetailsElement;
  private readonly context: Context;
  private readonly walk: Walk;
  private readonly graph: Graph;
  private readonly place = el("div", {});
  private readonly drawings = new Latest();
  private drawn = -1;

  constructor(context: Context, walk: Walk) {
    this.context = context;
    this.walk = walk;
    this.graph = new Graph({
      label: "Graph of the selected module",
      onSelect: (id) => id.startsWith("L") && walk.choose(Number(id.slice(1))),
      onOpen: (id) => id.startsWith("M") && walk.go(Number(id.slice(1))),
      signal: context.signal,
    });
    const deep = el("button", { type: "button", class: "bk-button bk-small bk-graph-deep" });
    const tell = (): void => void (deep.textContent = context.option("deep", true) ? "show inner modules" : "show all layers");
    deep.addEventListener("click", () => {
      context.setOption("deep", !context.option("deep", true));
      tell();
      void this.draw();
    });
    tell();
    const tools = el("div", { class: "bk-row" }, deep, this.graph.tools);
    this.element = el("details", { class: "bk-graph-part", open: context.option("graph", true) }, el("summary", {}, "Graph of this module"), tools, this.place);
    this.element.addEventListener("toggle", () => {
      if (this.element.open !== context.option("graph", true)) context.setOption("graph", this.element.open);
      void this.draw();
    });
  }

  // Follows the walk.
  show(): void {
    if (this.drawn !== this.walk.entry) void this.draw();
    this.graph.select(`L${this.walk.layer}`);
  }

  private async draw(): Promise<void> {
    const { entry } = this.walk;
    if (!this.element.open || entry < 0) return;
    this.drawn = entry;
    const parameters = { entry, deep: this.context.option("deep", true) };
    try {
      const answer = await this.drawings.run((signal) => this.context.ask<GraphData>("graph", parameters, { signal }));
      if (!answer) return;
      if (this.graph.element.parentElement !== this.place) replace(this.place, this.graph.element);
      this.graph.show(answer.data);
      this.graph.select(`L${this.walk.layer}`);
    } catch (error) {
      replace(this.place, failure(error));
    }
  }
}
