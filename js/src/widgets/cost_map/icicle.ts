// Modules as columns of bars, each as long as the time it takes, what is inside it to its right.
import { el, replace } from "../../base/dom";
import { percent } from "../../base/format";
import { type Cost, type CostData, inside, milliseconds, type Node } from "./data";

const HEIGHT = 440;
const SMALLEST = 2.5;
const READABLE = 15;
const MOST_COLUMNS = 5;
const NARROWEST = 100;

export class Icicle {
  readonly element: HTMLElement;
  private readonly data: CostData;
  private readonly onSelect: (node: number) => void;
  private readonly onOpen: (node: number) => void;
  private readonly drawn = new Map<number, HTMLElement>();
  private root = 0;
  private selected = -1;

  constructor(data: CostData, onSelect: (node: number) => void, onOpen: (node: number) => void, signal: AbortSignal) {
    this.data = data;
    this.onSelect = onSelect;
    this.onOpen = onOpen;
    this.element = el("div", { class: "bk-icicle", role: "group", "aria-label": "Modules, as long as the time they take" });
    this.element.style.height = `${HEIGHT}px`;
    this.element.addEventListener("keydown", (event) => this.pressed(event), { signal });
  }

  show(cost: Cost, root: number): void {
    this.root = root;
    this.drawn.clear();
    const focused = this.element.contains(document.activeElement);
    const [start, length, depth] = cost.bars[root] as Cost["bars"][number];
    const most = Math.max(2, Math.min(MOST_COLUMNS, Math.floor((this.element.clientWidth || Infinity) / NARROWEST)));
    const visible = this.data.nodes.flatMap((_, at) => {
      const bar = cost.bars[at] as Cost["bars"][number];
      const high = (bar[1] / (length || 1)) * HEIGHT;
      const column = bar[2] - depth;
      return cost.times[at] && high >= SMALLEST && column < most && inside(this.data.nodes, at, root) ? [{ at, column, high, top: (bar[0] - start) / (length || 1) }] : [];
    });
    const columns = Math.max(1, ...visible.map(({ column }) => column + 1));
    for (const { at, column, high, top } of visible) {
      const cell = this.cell(cost, at, high);
      cell.style.left = `${(column / columns) * 100}%`;
      cell.style.width = `${100 / columns}%`;
      cell.style.top = `${top * 100}%`;
      cell.style.height = `${(high / HEIGHT) * 100}%`;
      this.drawn.set(at, cell);
    }
    replace(this.element, ...this.drawn.values());
    this.select(this.selected);
    if (focused) (this.drawn.get(this.selected) ?? this.drawn.get(root))?.focus({ preventScroll: true });
  }

  // Marks a bar. Does not call back.
  select(node: number): void {
    this.selected = node;
    const stop = this.drawn.has(node) ? node : this.root;
    for (const [at, cell] of this.drawn) {
      cell.setAttribute("aria-pressed", String(at === node));
      cell.tabIndex = at === stop ? 0 : -1;
    }
  }

  private cell(cost: Cost, at: number, high: number): HTMLElement {
    const [name, kind, , path, family, layer] = this.data.nodes[at] as Node;
    const [median] = cost.times[at] as [number, number, number];
    const share = median / (cost.times[0]?.[0] || 1);
    const words = `${name || kind || "model"} ${milliseconds(median)}`;
    const fill = el("span", { class: "bk-icicle-fill", "aria-hidden": "true" });
    fill.style.opacity = String(0.06 + 0.44 * Math.min(1, median / (cost.times[this.root]?.[0] || 1)));
    const cell = el(
      "button",
      { type: "button", class: "bk-icicle-bar", title: `${path || "the model"}: ${milliseconds(median)}, ${percent(share)}`, "aria-label": `${words}, ${percent(share)}, ${layer ? kind : "module"}`, onclick: () => this.choose(at), ondblclick: () => this.onOpen(at) },
      fill,
      high >= READABLE ? el("span", {}, words) : null,
    );
    if (layer) cell.dataset["bkFamily"] = family;
    return cell;
  }

  private choose(node: number): void {
    this.select(node);
    this.drawn.get(node)?.focus({ preventScroll: true });
    this.onSelect(node);
  }

  // Right and left go into and out of a module, up and down to its neighbors.
  private pressed(event: KeyboardEvent): void {
    const at = [...this.drawn].find(([, cell]) => cell === event.target)?.[0];
    if (at === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const to = this.target(event.key, at);
    if (event.key === "Enter") this.onOpen(at);
    else if (to === undefined) return;
    else if (to !== at) this.choose(to);
    event.preventDefault();
    event.stopPropagation();
  }

  private target(key: string, at: number): number | undefined {
    const parent = (node: number): number => (this.data.nodes[node] as Node)[2];
    const all = [...this.drawn.keys()];
    if (key === "Home") return this.root;
    if (key === "ArrowLeft") return at === this.root ? at : parent(at);
    if (key === "ArrowRight") return all.find((other) => parent(other) === at) ?? at;
    if (key !== "ArrowUp" && key !== "ArrowDown") return undefined;
    const beside = at === this.root ? [at] : all.filter((other) => this.level(other) === this.level(at));
    return beside[beside.indexOf(at) + (key === "ArrowDown" ? 1 : -1)] ?? at;
  }

  private level(at: number): string {
    return this.drawn.get(at)?.style.left ?? "";
  }
}
