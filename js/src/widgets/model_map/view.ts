// The map of a model: modules on the left, layers of the selected module on the right, then its graph.
import { Latest } from "../../base/channel";
import type { Context } from "../../base/context";
import { copyButton } from "../../base/copy";
import { el, replace } from "../../base/dom";
import { bytes, count, plural, shape } from "../../base/format";
import { Graph, type GraphData } from "../../base/graph";
import { meter } from "../../base/meter";
import { search } from "../../base/search";
import { empty, failure } from "../../base/states";
import { type Column, Table } from "../../base/table";
import { Tree, type TreeItem } from "../../base/tree";
import { type Cost, costs } from "./costs";
import { Atlas, type Chosen, type MapData } from "./data";
import { showLayer } from "./detail";

const MOST_ROWS = 300;

export function modelMap(context: Context, body: HTMLElement): void {
  context.keys.add("g", "graph on or off", () => body.querySelector<HTMLElement>(".bk-graph-part summary")?.click());
  context.keys.add("d", "graph of modules or of layers", () => body.querySelector<HTMLElement>(".bk-graph-deep")?.click());
  context.keys.add("← →", "fold and unfold; also change the layer number in its slider");
  context.keys.add("↑ ↓ Home End", "walk");
  context.eachData((current) => {
    const data = current.data<MapData>();
    if (data.layers.length) new ModelMap(current, body, new Atlas(data));
    else replace(body, empty(`${data.title} has no layers.`, "Open a model that computes something."));
  });
}

class ModelMap {
  private readonly context: Context;
  private readonly atlas: Atlas;
  private readonly costs: Cost[];
  private readonly tree: Tree;
  private readonly table: Table<number>;
  private readonly graph: Graph;
  private readonly heading = el("div", {});
  private readonly sliders = el("div", { class: "bk-row" });
  private readonly note = el("div", { class: "bk-muted" });
  private readonly detail = el("div", { class: "bk-detail" });
  private readonly graphPlace = el("div", {});
  private readonly graphPart: HTMLDetailsElement;
  private readonly drawings = new Latest();
  private chosen: Chosen = new Map();
  private entry = -1;
  private layer = -1;
  private wanted = "";
  // What the table shows, to draw it anew only when that changes.
  private drawn = "";

  constructor(context: Context, body: HTMLElement, atlas: Atlas) {
    this.context = context;
    this.atlas = atlas;
    this.costs = costs(atlas);
    const { signal } = context;
    this.tree = new Tree([this.item(0)], { label: "Modules", onSelect: (id) => this.go(Number(id)), depth: 4, signal });
    this.table = new Table({
      label: "Layers of the selected module",
      columns: this.columns(),
      id: String,
      group: (at) => this.group(at),
      onSelect: (at) => this.choose(at),
      sort: context.option("sort", ""),
      onSort: (sort) => context.setOption("sort", sort),
      signal,
    });
    this.graph = new Graph({
      label: "Graph of the selected module",
      onSelect: (id) => id.startsWith("L") && this.choose(Number(id.slice(1))),
      onOpen: (id) => id.startsWith("M") && this.go(Number(id.slice(1))),
      signal,
    });
    this.graphPart = this.graphSection();
    const field = search("Search modules, layers, types, shapes", context.keys, (text) => this.find(text));
    const left = el("div", { class: "bk-pane" }, field, this.costChoice(), this.tree.element);
    const right = el("div", { class: "bk-pane" }, this.heading, this.sliders, this.note, this.table.element, this.detail, this.graphPart);
    const { title, facts } = atlas.data;
    const head = el("div", { class: "bk-head" }, el("span", { class: "bk-title" }, title), el("span", { class: "bk-facts" }, ...facts.map((fact) => el("span", {}, fact))));
    replace(body, head, el("div", { class: "bk-panes" }, left, right));
    context.selection.subscribe(() => this.follow(), signal);
    this.follow();
  }

  private get cost(): Cost {
    return this.costs.find(({ name }) => name === this.context.option("cost", "parameters")) ?? (this.costs[0] as Cost);
  }

  private item(at: number): TreeItem {
    const entry = this.atlas.entry(at);
    const children = this.atlas.data.entries.flatMap((other, index) => (other.parent === at ? [this.item(index)] : []));
    const title = this.atlas.title(at);
    return {
      id: String(at),
      label: title,
      detail: at > 0 && title !== entry.name ? entry.name : "",
      value: this.costText(at),
      mark: entry.updatable ? "updatable" : "",
      children,
    };
  }

  private costText(at: number): string {
    const total = this.cost.total(at);
    return total > 0 ? this.cost.text(total) : "";
  }

  private costChoice(): HTMLElement {
    const choice = el("select", { class: "bk-select", "aria-label": "Compare by" });
    for (const { name, title } of this.costs) choice.append(el("option", { value: name, selected: name === this.cost.name }, title));
    choice.addEventListener("change", () => {
      this.context.setOption("cost", choice.value);
      this.tree.values((id) => this.costText(Number(id)));
      this.rows();
    });
    return el("label", { class: "bk-row bk-muted" }, "compare by", choice);
  }

  private columns(): Column<number>[] {
    const layer = (at: number) => this.atlas.layer(at);
    const type = (at: number): Node => {
      const dot = el("span", { class: "bk-family", "aria-hidden": "true" });
      const cell = el("span", { title: layer(at).family }, dot, layer(at).variant || layer(at).kind);
      cell.dataset["bkFamily"] = layer(at).family;
      return cell;
    };
    const label = (at: number): Node =>
      el("span", {}, layer(at).label, layer(at).updatable ? el("span", { class: "bk-mark bk-after" }, "updatable") : null);
    const titled = (): string => this.cost.title;
    const share = (at: number): Node | string => {
      const own = this.cost.of(at, this.chosen);
      const most = Math.max(...this.shown().map((other) => this.cost.of(other, this.chosen)));
      return own > 0 ? meter(own / most, this.cost.text(own)) : "";
    };
    return [
      { name: "layer", title: "layer", cell: label, key: (at) => layer(at).label },
      { name: "type", title: "type", cell: type, key: (at) => layer(at).variant || layer(at).kind },
      { name: "output", title: "output", cell: (at) => `${shape(layer(at).shape)} ${layer(at).dtype}` },
      { name: "cost", get title() { return titled(); }, cell: share, key: (at) => this.cost.of(at, this.chosen), numeric: true },
    ];
  }

  // A heading above the layers of each inner module.
  private group(at: number): string {
    const { owner } = this.atlas.layer(at);
    if (owner === this.entry && !this.wanted) return "";
    const path = this.atlas.path(owner, this.chosen);
    const around = this.wanted ? "" : this.atlas.path(this.entry, this.chosen);
    const inner = around && path.startsWith(`${around}/`) ? path.slice(around.length + 1) : path;
    return inner.replaceAll("/", " / ");
  }

  private shown(): number[] {
    const { first, count: length } = this.atlas.entry(this.entry);
    if (this.wanted) return this.atlas.data.layers.flatMap((_, at) => (this.matches(at) ? [at] : [])).slice(0, MOST_ROWS);
    return Array.from({ length: Math.min(length, MOST_ROWS) }, (_, at) => first + at);
  }

  private matches(at: number): boolean {
    const { names, kind, variant, shape: size } = this.atlas.layer(at);
    const sizes = size ? `${size.join("x")} ${shape(size)}` : "";
    return `${kind} ${variant} ${sizes} ${names.join(" ")}`.toLowerCase().includes(this.wanted);
  }

  private find(text: string): void {
    this.wanted = text.trim().toLowerCase();
    const own = (id: string): boolean => {
      const { name, kind, first, count: length } = this.atlas.entry(Number(id));
      if (`${name} ${kind}`.toLowerCase().includes(this.wanted)) return true;
      for (let at = first; at < first + length; at++) if (this.matches(at)) return true;
      return false;
    };
    this.tree.filter(this.wanted ? own : undefined);
    this.rows();
    if (this.wanted) this.context.announce(`${plural(this.shown().length, "layer")} found`);
  }

  // Takes over what is selected, here or in a linked view.
  private follow(): void {
    const { module, layer } = this.context.selection.value;
    const place = module === undefined ? undefined : this.atlas.at(module);
    const found = layer === undefined ? undefined : this.atlas.find(layer);
    this.chosen = new Map([...this.chosen, ...(place?.chosen ?? []), ...(found?.chosen ?? [])]);
    const first = this.atlas.data.entries.findIndex(({ instances }) => instances.length > 0);
    const entry = place?.entry ?? (found ? this.atlas.layer(found.layer).owner : this.entry >= 0 ? this.entry : Math.max(first, 0));
    this.layer = found?.layer ?? -1;
    this.show(entry);
  }

  private go(entry: number): void {
    const inside = this.layer >= 0 && this.within(entry, this.layer);
    this.select(entry, inside ? this.layer : -1);
  }

  private choose(layer: number): void {
    this.select(this.within(this.entry, layer) ? this.entry : this.atlas.layer(layer).owner, layer);
  }

  private within(entry: number, layer: number): boolean {
    const { first, count: length } = this.atlas.entry(entry);
    return layer >= first && layer < first + length;
  }

  private select(entry: number, layer: number): void {
    const name = layer >= 0 ? this.atlas.name(layer, this.chosen) : undefined;
    this.context.selection.set({ module: this.atlas.path(entry, this.chosen), layer: name });
    this.follow();
  }

  private show(entry: number): void {
    const moved = entry !== this.entry || !this.heading.hasChildNodes();
    this.entry = entry;
    this.tree.select(String(entry));
    this.head();
    if (moved) this.slide();
    this.rows();
    if (moved) void this.draw();
    this.describe();
  }

  private head(): void {
    const { kind, name, parameters, bytes: size, layers } = this.atlas.entry(this.entry);
    const path = this.atlas.path(this.entry, this.chosen);
    const facts = [plural(layers, "layer"), `${count(parameters)} parameters`, bytes(size)];
    replace(
      this.heading,
      el("div", { class: "bk-row" }, el("strong", {}, kind || name || "model"), el("span", { class: "bk-mono bk-muted" }, path), path ? copyButton(this.context, "copy path", () => path) : null),
      el("div", { class: "bk-facts" }, ...facts.map((fact) => el("span", {}, fact))),
    );
  }

  // One slider for every repeated module around, to go from one to the next.
  private slide(): void {
    const around = this.atlas.line(this.entry).filter((up) => this.atlas.entry(up).instances.length);
    replace(this.sliders, ...around.map((up) => this.slider(up)));
  }

  private slider(up: number): HTMLElement {
    const { instances, kind, name } = this.atlas.entry(up);
    const input = el("input", { type: "range", min: 0, max: instances.length - 1, value: this.chosen.get(up) ?? 0, "aria-label": `Which ${kind || name}` });
    const output = el("output", {});
    const tell = (): void => {
      const at = input.valueAsNumber;
      output.textContent = `${instances[at]} (${at + 1} of ${instances.length})`;
      input.setAttribute("aria-valuetext", output.textContent);
    };
    input.addEventListener("input", () => {
      this.chosen.set(up, input.valueAsNumber);
      tell();
      this.select(this.entry, this.layer);
    });
    tell();
    input.dataset["bkEntry"] = String(up);
    return el("label", { class: "bk-slider" }, el("span", { class: "bk-muted" }, kind || name), input, output);
  }

  private rows(): void {
    for (const input of this.sliders.querySelectorAll("input")) {
      const wanted = String(this.chosen.get(Number(input.dataset["bkEntry"])) ?? 0);
      if (input.value !== wanted) this.slide();
    }
    const rows = this.shown();
    const all = this.wanted ? rows.length : this.atlas.entry(this.entry).count;
    const cut = all > rows.length ? `the first ${rows.length} of ${all} layers` : "";
    const shown = JSON.stringify([this.entry, this.wanted, this.cost.name, [...this.chosen]]);
    if (shown === this.drawn) {
      this.table.select(String(this.layer));
      return;
    }
    this.drawn = shown;
    this.note.textContent = this.wanted ? `${plural(rows.length, "layer")} match in the whole model` : cut;
    this.table.show(rows);
    this.table.select(String(this.layer));
  }

  private describe(): void {
    if (this.layer < 0) replace(this.detail, el("p", { class: "bk-muted" }, "Select a layer to see what goes in and out of it and what it has learned."));
    else showLayer(this.context, this.detail, this.atlas.layer(this.layer), this.atlas.copy(this.layer, this.chosen));
    this.graph.select(`L${this.layer}`);
  }

  private graphSection(): HTMLDetailsElement {
    const deep = el("button", { type: "button", class: "bk-button bk-small bk-graph-deep" });
    const tell = (): void => void (deep.textContent = this.context.option("deep", true) ? "show inner modules" : "show all layers");
    deep.addEventListener("click", () => {
      this.context.setOption("deep", !this.context.option("deep", true));
      tell();
      void this.draw();
    });
    tell();
    const part = el("details", { class: "bk-graph-part", open: this.context.option("graph", true) }, el("summary", {}, "Graph of this module"), el("div", { class: "bk-row" }, deep, this.graph.tools), this.graphPlace);
    part.addEventListener("toggle", () => {
      if (part.open !== this.context.option("graph", true)) this.context.setOption("graph", part.open);
      void this.draw();
    });
    return part;
  }

  private async draw(): Promise<void> {
    if (!this.graphPart.open || this.entry < 0) return;
    const parameters = { entry: this.entry, deep: this.context.option("deep", true) };
    try {
      const answer = await this.drawings.run((signal) => this.context.ask<GraphData>("graph", parameters, { signal }));
      if (!answer) return;
      if (this.graph.element.parentElement !== this.graphPlace) replace(this.graphPlace, this.graph.element);
      this.graph.show(answer.data);
      this.graph.select(`L${this.layer}`);
    } catch (error) {
      replace(this.graphPlace, failure(error));
    }
  }
}
