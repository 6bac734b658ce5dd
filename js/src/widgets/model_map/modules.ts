// The tree of modules, with a search over their layers and a choice of what to compare them by.
import type { Context } from "../../base/context";
import { el } from "../../base/dom";
import { shape } from "../../base/format";
import { search } from "../../base/search";
import { Tree, type TreeItem } from "../../base/tree";
import type { Cost } from "./costs";
import type { Walk } from "./walk";

export interface ModulesOptions {
  // Called when the search or the cost changes.
  onChange: () => void;
  costs: () => Cost[];
}

export class Modules {
  readonly element: HTMLElement;
  // What is searched for, in small letters; empty for nothing.
  wanted = "";
  private readonly context: Context;
  private readonly walk: Walk;
  private readonly options: ModulesOptions;
  private readonly tree: Tree;
  private readonly choice = el("select", { class: "bk-select", "aria-label": "Compare by" });

  constructor(context: Context, walk: Walk, options: ModulesOptions) {
    this.context = context;
    this.walk = walk;
    this.options = options;
    this.tree = new Tree([this.item(0)], { label: "Modules", onSelect: (id) => walk.go(Number(id)), depth: 4, signal: context.signal });
    const field = search("Search modules, layers, types, shapes", context.keys, (text) => this.find(text));
    this.choice.addEventListener("change", () => this.choose(this.choice.value));
    this.refresh();
    this.element = el("div", {}, field, el("label", { class: "bk-row bk-muted" }, "compare by", this.choice), this.tree.element);
  }

  get cost(): Cost {
    const costs = this.options.costs();
    return costs.find(({ name }) => name === this.context.option("cost", "parameters")) ?? (costs[0] as Cost);
  }

  choose(cost: string): void {
    this.context.setOption("cost", cost);
    this.refresh();
    this.options.onChange();
  }

  // Offers the costs that there are now, and shows the chosen one's numbers.
  refresh(): void {
    const options = this.options.costs().map(({ name, title }) => el("option", { value: name, selected: name === this.cost.name }, title));
    this.choice.replaceChildren(...options);
    this.tree.values((id) => this.costText(Number(id)));
  }

  show(): void {
    this.tree.select(String(this.walk.entry));
  }

  matches(at: number): boolean {
    const { names, kind, variant, shape: size } = this.walk.atlas.layer(at);
    const sizes = size ? `${size.join("x")} ${shape(size)}` : "";
    return `${kind} ${variant} ${sizes} ${names.join(" ")}`.toLowerCase().includes(this.wanted);
  }

  private item(at: number): TreeItem {
    const { atlas } = this.walk;
    const entry = atlas.entry(at);
    const children = atlas.data.entries.flatMap((other, index) => (other.parent === at ? [this.item(index)] : []));
    const title = atlas.title(at);
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

  private find(text: string): void {
    this.wanted = text.trim().toLowerCase();
    const own = (id: string): boolean => {
      const { name, kind, first, count } = this.walk.atlas.entry(Number(id));
      if (`${name} ${kind}`.toLowerCase().includes(this.wanted)) return true;
      for (let at = first; at < first + count; at++) if (this.matches(at)) return true;
      return false;
    };
    this.tree.filter(this.wanted ? own : undefined);
    this.options.onChange();
  }
}
