// The layers of the selected module, or those that a search finds in the whole model.
import type { Context } from "../../base/context";
import { copyButton } from "../../base/copy";
import { el, replace } from "../../base/dom";
import { bytes, count, plural, shape } from "../../base/format";
import { factRow } from "../../base/head";
import { meter } from "../../base/meter";
import { type Column, Table } from "../../base/table";
import type { Modules } from "./modules";
import type { Walk } from "./walk";

const MOST_ROWS = 300;

export class Layers {
  readonly element: HTMLElement;
  private readonly context: Context;
  private readonly walk: Walk;
  private readonly modules: Modules;
  private readonly table: Table<number>;
  private readonly heading = el("div", {});
  private readonly sliders = el("div", { class: "bk-row" });
  private readonly note = el("div", { class: "bk-muted" });
  private sliding = -1;
  // What the table shows, to draw it anew only when that changes.
  private drawn = "";

  constructor(context: Context, walk: Walk, modules: Modules, columns: Column<number>[]) {
    this.context = context;
    this.walk = walk;
    this.modules = modules;
    this.table = new Table({
      label: "Layers of the selected module",
      columns,
      id: String,
      group: (at) => this.group(at),
      onSelect: (at) => walk.choose(at),
      sort: context.option("sort", ""),
      onSort: (sort) => context.setOption("sort", sort),
      signal: context.signal,
    });
    this.element = el("div", {}, this.heading, this.sliders, this.note, this.table.element);
  }

  // Follows the walk; `version` is whatever else the cells depend on.
  show(version = ""): void {
    this.head();
    if (this.sliding !== this.walk.entry) this.slide();
    this.rows(version);
  }

  shown(): number[] {
    const { atlas, entry } = this.walk;
    const { first, count: length } = atlas.entry(entry);
    if (this.modules.wanted) return this.found().slice(0, MOST_ROWS);
    return Array.from({ length: Math.min(length, MOST_ROWS) }, (_, at) => first + at);
  }

  private found(): number[] {
    return this.walk.atlas.data.layers.flatMap((_, at) => (this.modules.matches(at) ? [at] : []));
  }

  // A heading above the layers of each inner module.
  private group(at: number): string {
    const { atlas, entry, chosen } = this.walk;
    const { wanted } = this.modules;
    const { owner } = atlas.layer(at);
    if (owner === entry && !wanted) return "";
    const path = atlas.path(owner, chosen);
    const around = wanted ? "" : atlas.path(entry, chosen);
    const inner = around && path.startsWith(`${around}/`) ? path.slice(around.length + 1) : path;
    return inner.replaceAll("/", " / ");
  }

  private head(): void {
    const { atlas, entry, chosen } = this.walk;
    const { kind, name, parameters, bytes: size, layers } = atlas.entry(entry);
    const path = atlas.path(entry, chosen);
    const facts = [plural(layers, "layer"), `${count(parameters)} parameters`, bytes(size)];
    replace(
      this.heading,
      el("div", { class: "bk-row" }, el("strong", {}, kind || name || "model"), el("span", { class: "bk-mono bk-muted" }, path), path ? copyButton(this.context, "copy path", () => path) : null),
      factRow(facts),
    );
  }

  // One slider for every repeated module around, to go from one to the next.
  private slide(): void {
    const { atlas, entry } = this.walk;
    this.sliding = entry;
    const around = atlas.line(entry).filter((up) => atlas.entry(up).instances.length);
    replace(this.sliders, ...around.map((up) => this.slider(up)));
  }

  private slider(up: number): HTMLElement {
    const { instances, kind, name } = this.walk.atlas.entry(up);
    const input = el("input", { type: "range", min: 0, max: instances.length - 1, value: this.walk.chosen.get(up) ?? 0, "aria-label": `Which ${kind || name}` });
    const output = el("output", {});
    const tell = (): void => {
      const at = input.valueAsNumber;
      output.textContent = `${instances[at]} (${at + 1} of ${instances.length})`;
      input.setAttribute("aria-valuetext", output.textContent);
    };
    input.addEventListener("input", () => {
      tell();
      this.walk.turn(up, input.valueAsNumber);
    });
    tell();
    input.dataset["bkEntry"] = String(up);
    return el("label", { class: "bk-slider" }, el("span", { class: "bk-muted" }, kind || name), input, output);
  }

  private rows(version: string): void {
    const { atlas, entry, chosen, layer } = this.walk;
    for (const input of this.sliders.querySelectorAll("input")) {
      if (input.value !== String(chosen.get(Number(input.dataset["bkEntry"])) ?? 0)) this.slide();
    }
    const { wanted, cost } = this.modules;
    const shown = JSON.stringify([entry, wanted, cost.name, [...chosen], version]);
    if (shown !== this.drawn) {
      this.drawn = shown;
      const rows = this.shown();
      const all = wanted ? this.found().length : atlas.entry(entry).count;
      const cut = all > rows.length ? `the first ${rows.length} of ${all} layers` : "";
      this.note.textContent = wanted ? `${plural(all, "layer")} match in the whole model` : cut;
      if (wanted) this.context.announce(`${plural(all, "layer")} found`);
      this.table.show(rows);
    }
    this.table.select(String(layer));
  }
}

// A column with the cost that is chosen beside the modules, as a bar.
export function costColumn(walk: Walk, modules: Modules, rows: () => number[], shown = (): boolean => true): Column<number> {
  const share = (at: number): Node | string => {
    const own = modules.cost.of(at, walk.chosen);
    const most = Math.max(...rows().map((other) => modules.cost.of(other, walk.chosen)));
    return own > 0 ? meter(own / most, modules.cost.text(own)) : "";
  };
  return { name: "cost", get title() { return modules.cost.title; }, cell: share, key: (at) => modules.cost.of(at, walk.chosen), numeric: true, shown };
}

export function nameColumn(walk: Walk): Column<number> {
  const cell = (at: number): Node => {
    const { label, updatable } = walk.atlas.layer(at);
    return el("span", {}, label, updatable ? el("span", { class: "bk-mark bk-after" }, "updatable") : null);
  };
  return { name: "layer", title: "layer", cell, key: (at) => walk.atlas.layer(at).label };
}

export function typeColumn(walk: Walk): Column<number> {
  const type = (at: number): string => walk.atlas.layer(at).variant || walk.atlas.layer(at).kind;
  const cell = (at: number): Node => {
    const { family } = walk.atlas.layer(at);
    const node = el("span", { title: family }, el("span", { class: "bk-family", "aria-hidden": "true" }), type(at));
    node.dataset["bkFamily"] = family;
    return node;
  };
  return { name: "type", title: "type", cell, key: type };
}

export function outputColumn(walk: Walk): Column<number> {
  return { name: "output", title: "output", cell: (at) => `${shape(walk.atlas.layer(at).shape)} ${walk.atlas.layer(at).dtype}` };
}
