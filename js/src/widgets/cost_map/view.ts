// Where the time goes: an icicle of modules and a table, for each row length that was measured.
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { percent } from "../../base/format";
import { factRow, head } from "../../base/head";
import { meter } from "../../base/meter";
import { empty } from "../../base/states";
import { type Column, Table } from "../../base/table";
import { type Cost, type CostData, inside, milliseconds, type Node } from "./data";
import { Icicle } from "./icicle";
import { measuring } from "./measuring";

const MOST_ROWS = 300;

export function costMap(context: Context, body: HTMLElement): void {
  context.keys.add("← → ↑ ↓", "out of and into a module, and to its neighbors");
  context.keys.add("Enter", "look into the module");
  context.keys.add("u", "back out", () => body.querySelector<HTMLElement>(".bk-crumbs button:nth-last-of-type(1)")?.click());
  context.eachData((current) => show(current, body, current.data<CostData>()));
}

function show(context: Context, body: HTMLElement, data: CostData): void {
  const measure = measuring(context, data, (costs) => show(context, body, { ...data, costs }));
  const place = el("div", {});
  const tools = context.live ? measure : null;
  replace(body, head(data.title, data.facts), el("div", { class: "bk-pane bk-cost-tools" }, tools, el("p", { class: "bk-muted bk-note" }, data.note)), place);
  if (data.costs.length) new CostMap(context, place, data);
  else replace(place, empty("Nothing is measured yet.", context.live ? "Press Measure: it takes a few seconds and can be cancelled." : "Open the model in a notebook to measure it."));
}

class CostMap {
  private readonly context: Context;
  private readonly data: CostData;
  private readonly icicle: Icicle;
  private readonly table: Table<number>;
  private readonly crumbs = el("div", { class: "bk-row bk-crumbs" });
  private readonly said = el("div", {});
  private readonly detail = el("p", { class: "bk-note" });
  private readonly places: Map<string, number>;
  private root = 0;
  private selected = -1;

  constructor(context: Context, body: HTMLElement, data: CostData) {
    this.context = context;
    this.data = data;
    this.places = new Map(data.nodes.map(([, , , path], at) => [path, at]));
    this.icicle = new Icicle(data, (at) => this.select(at), (at) => this.open(at), context.signal);
    this.table = new Table<number>({
      label: "Measured times",
      columns: this.columns(),
      id: String,
      onSelect: (at) => this.select(at),
      sort: context.option("sort", ""),
      onSort: (sort) => context.setOption("sort", sort),
      signal: context.signal,
    });
    const left = el("div", { class: "bk-pane" }, this.crumbs, this.icicle.element, this.detail);
    const right = el("div", { class: "bk-pane" }, el("div", { class: "bk-row" }, this.choice("rows", ["modules", "layers"], () => this.rows())), this.table.element);
    replace(body, el("div", { class: "bk-pane bk-cost-said" }, this.said), el("div", { class: "bk-panes bk-halves" }, left, right));
    context.selection.subscribe(() => this.follow(), context.signal);
    this.follow();
    this.draw();
  }

  private get cost(): Cost {
    const { costs } = this.data;
    return costs.find(({ name }) => name === this.context.option("cost", "")) ?? (costs.at(-1) as Cost);
  }

  private choice(option: string, names: string[], changed: () => void): HTMLElement {
    const current = this.context.option<string>(option, names[0] as string);
    const buttons = names.map((name) => {
      const button = el("button", { type: "button", class: "bk-button bk-small", "aria-pressed": String(name === current) }, name);
      button.addEventListener("click", () => {
        for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
        this.context.setOption(option, name);
        changed();
      });
      return button;
    });
    return el("span", { class: "bk-row bk-choice", role: "group", "aria-label": option }, ...buttons);
  }

  private columns(): Column<number>[] {
    const node = (at: number): Node => this.data.nodes[at] as Node;
    const share = (at: number): number => (this.cost.times[at]?.[0] ?? 0) / (this.cost.times[0]?.[0] || 1);
    const middle = (at: number): string => (this.cost.times[at] ?? []).slice(1).map((value) => Number(value.toPrecision(3))).join("–");
    const times = this.data.costs.map(
      (cost, at): Column<number> => ({ name: `ms${at}`, title: this.data.costs.length > 1 ? cost.name : "median", cell: (row) => milliseconds(cost.times[row]?.[0] ?? 0), key: (row) => cost.times[row]?.[0] ?? 0, numeric: true }),
    );
    return [
      { name: "name", title: "name", cell: (at) => el("span", { title: node(at)[3] }, this.label(at)), key: (at) => this.label(at) },
      ...times,
      { name: "share", title: "share", cell: (at) => meter(share(at), percent(share(at))), key: share, numeric: true },
      { name: "middle", title: "middle half", cell: middle, numeric: true },
      { name: "kind", title: "type", cell: (at) => this.kind(node(at)), key: (at) => node(at)[1] },
    ];
  }

  private kind([, kind, , , family, layer]: Node): HTMLElement {
    if (!layer) return el("span", {}, kind);
    const cell = el("span", {}, el("span", { class: "bk-family", "aria-hidden": "true" }), kind);
    cell.dataset["bkFamily"] = family;
    return cell;
  }

  // The path below the module that is looked into.
  private label(at: number): string {
    const names: string[] = [];
    for (let up = at; up > 0 && up !== this.root; up = (this.data.nodes[up] as Node)[2]) names.unshift((this.data.nodes[up] as Node)[0]);
    return names.join(" / ");
  }

  // Takes over what is selected, here or in a linked view.
  private follow(): void {
    const { layer, module } = this.context.selection.value;
    this.selected = this.places.get(layer ?? "\0") ?? (module === undefined ? -1 : (this.places.get(module) ?? -1));
    if (this.selected >= 0 && !inside(this.data.nodes, this.selected, this.root)) this.open(0);
    this.icicle.select(this.selected);
    this.table.select(String(this.selected));
    this.describe();
  }

  private select(at: number): void {
    const [, , parent, path, , layer] = this.data.nodes[at] as Node;
    this.context.selection.set(layer ? { module: (this.data.nodes[parent] as Node)[3], layer: path } : { module: path, layer: undefined });
    this.follow();
  }

  private open(at: number): void {
    this.root = (this.data.nodes[at] as Node)[5] ? this.root : at;
    this.draw();
  }

  private draw(): void {
    const { cost } = this;
    const names = this.data.costs.map(({ name }) => name);
    const which = names.length > 1 ? this.choice("cost", [...names].reverse(), () => this.draw()) : null;
    const focused = this.said.contains(document.activeElement);
    const statement = el("p", { class: "bk-note" }, cost.gapped ? el("span", { class: "bk-mark" }, "gap over 10 %") : null, cost.gapped ? " " : null, cost.statement);
    replace(this.said, el("div", { class: "bk-row" }, which, factRow(cost.facts)), statement);
    if (focused) this.said.querySelector<HTMLElement>('[aria-pressed="true"]')?.focus();
    this.icicle.show(cost, this.root);
    this.trail();
    this.rows();
    this.describe();
  }

  // The modules around the one that is looked into, to go back out.
  private trail(): void {
    const line: number[] = [];
    for (let up = (this.data.nodes[this.root] as Node)[2]; up >= 0; up = (this.data.nodes[up] as Node)[2]) line.unshift(up);
    const name = (at: number): string => (this.data.nodes[at] as Node)[0] || "model";
    const steps = line.flatMap((at) => [el("button", { type: "button", class: "bk-button bk-small", onclick: () => this.open(at) }, name(at)), el("span", { "aria-hidden": "true" }, "/")]);
    replace(this.crumbs, ...steps, el("strong", {}, name(this.root)), line.length ? null : el("span", { class: "bk-muted" }, "Enter or a double click looks into a module"));
  }

  private rows(): void {
    const layers = this.context.option<string>("rows", "modules") === "layers" || this.data.nodes.slice(1).every((node) => node[5]);
    const shown = this.data.nodes.flatMap(([, , , , , layer], at) => (at !== this.root && layer === layers && this.cost.times[at] && inside(this.data.nodes, at, this.root) ? [at] : []));
    const cost = (at: number): number => this.cost.times[at]?.[0] ?? 0;
    const most = shown.length > MOST_ROWS ? [...shown].sort((left, right) => cost(right) - cost(left)).slice(0, MOST_ROWS) : shown;
    this.table.show(most);
    this.table.select(String(this.selected));
  }

  private describe(): void {
    const time = this.cost.times[this.selected];
    if (!time) {
      replace(this.detail, el("span", { class: "bk-muted" }, this.selected < 0 ? "Select a bar or a row to read its numbers." : "This was not measured: it takes no time of its own."));
      return;
    }
    const [, kind, , path] = this.data.nodes[this.selected] as Node;
    const share = time[0] / (this.cost.times[0]?.[0] || 1);
    replace(this.detail, el("span", { class: "bk-mono" }, path || "the model"), ` ${kind}: ${milliseconds(time[0])} (middle half ${time.slice(1).map((value) => Number(value.toPrecision(3))).join("–")}), ${percent(share)} of all layers`);
  }
}
