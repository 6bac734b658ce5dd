// The map of a model: modules on the left, layers of the selected module on the right, then its graph.
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { head } from "../../base/head";
import { empty } from "../../base/states";
import { costs } from "./costs";
import { Atlas, type MapData } from "./data";
import { showLayer } from "./detail";
import { GraphPart } from "./graph_part";
import { costColumn, Layers, nameColumn, outputColumn, typeColumn } from "./layers";
import { Modules } from "./modules";
import { Walk } from "./walk";

export function modelMap(context: Context, body: HTMLElement): void {
  context.keys.add("g", "graph on or off", () => body.querySelector<HTMLElement>(".bk-graph-part summary")?.click());
  context.keys.add("d", "graph of modules or of layers", () => body.querySelector<HTMLElement>(".bk-graph-deep")?.click());
  context.keys.add("← →", "fold and unfold; also change the layer number in its slider");
  context.keys.add("↑ ↓ Home End", "walk");
  context.eachData((current) => {
    const data = current.data<MapData>();
    if (data.layers.length) draw(current, body, new Atlas(data));
    else replace(body, empty(`${data.title} has no layers.`, "Open a model that computes something."));
  });
}

function draw(context: Context, body: HTMLElement, atlas: Atlas): void {
  const walk = new Walk(context, atlas, () => show());
  const known = costs(atlas);
  const modules = new Modules(context, walk, { costs: () => known, onChange: () => layers.show() });
  const columns = [nameColumn(walk), typeColumn(walk), outputColumn(walk), costColumn(walk, modules, () => layers.shown())];
  const layers: Layers = new Layers(context, walk, modules, columns);
  const graph = new GraphPart(context, walk);
  const detail = el("div", { class: "bk-detail" });
  const show = (): void => {
    modules.show();
    layers.show();
    describe(context, detail, walk);
    graph.show();
  };
  const { title, facts } = atlas.data;
  const left = el("div", { class: "bk-pane" }, modules.element);
  const right = el("div", { class: "bk-pane" }, layers.element, detail, graph.element);
  replace(body, head(title, facts), el("div", { class: "bk-panes" }, left, right));
  walk.follow();
}

function describe(context: Context, detail: HTMLElement, walk: Walk): void {
  if (walk.layer >= 0) showLayer(context, detail, walk.atlas.layer(walk.layer), walk.atlas.copy(walk.layer, walk.chosen));
  else replace(detail, el("p", { class: "bk-muted" }, "Select a layer to see what goes in and out of it and what it has learned."));
}
