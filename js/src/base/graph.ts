// Draws a layout that Python computed (bertkit/widgets/layout.py): boxes and curved edges, walked by arrows along the edges.
import { el, replace, svg } from "./dom";

export interface GraphBox {
  id: string;
  // In full, for those who hover or listen.
  name: string;
  title: string;
  detail: string;
  family: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface GraphEdge {
  source: string;
  target: string;
  points: [number, number][];
}

export interface GraphData {
  width: number;
  height: number;
  boxes: GraphBox[];
  edges: GraphEdge[];
}

export interface GraphOptions {
  label: string;
  onSelect: (id: string) => void;
  // Double click or Enter on a selected box.
  onOpen?: (id: string) => void;
  signal: AbortSignal;
}

const MARGIN = 8;
const SMALLEST = 0.67;
const ZOOM = [0.5, 0.67, 0.8, 1, 1.25, 1.5];

export class Graph {
  readonly element: HTMLElement;
  // Buttons for the size, to be placed beside others.
  readonly tools: HTMLElement;
  private readonly options: GraphOptions;
  private readonly scroller = el("div", { class: "bk-graph-scroller" });
  private readonly boxes = new Map<string, SVGGElement>();
  private data: GraphData | undefined;
  private zoom = 3;

  constructor(options: GraphOptions) {
    this.options = options;
    const step = (by: number, name: string): HTMLElement =>
      el("button", { type: "button", class: "bk-button bk-small", "aria-label": name, title: name, onclick: () => this.scale(by) }, by > 0 ? "+" : "−");
    this.tools = el("div", { class: "bk-graph-tools" }, step(-1, "Smaller"), step(1, "Larger"));
    this.scroller.addEventListener("keydown", (event) => this.pressed(event), { signal: options.signal });
    this.element = el("div", { class: "bk-graph" }, this.scroller);
  }

  show(data: GraphData): void {
    const focused = this.scroller.contains(document.activeElement);
    this.data = data;
    this.boxes.clear();
    const edges = data.edges.map((edge) => svg("path", { class: "bk-edge", d: curve(edge.points), "data-from": edge.source, "data-to": edge.target }));
    const boxes = data.boxes.map((box) => this.box(box));
    replace(
      this.scroller,
      svg("svg", { role: "group", "aria-label": this.options.label, viewBox: `${-MARGIN} ${-MARGIN} ${data.width + 2 * MARGIN} ${data.height + 2 * MARGIN}` }, ...edges, ...boxes),
    );
    this.fit();
    const first = data.boxes[0]?.id ?? "";
    this.stop(first);
    if (focused) this.boxes.get(first)?.focus({ preventScroll: true });
  }

  // Marks a box and its edges. Does not call back.
  select(id: string): void {
    for (const [name, box] of this.boxes) box.setAttribute("aria-pressed", String(name === id));
    for (const edge of this.scroller.querySelectorAll<SVGElement>(".bk-edge")) {
      edge.classList.toggle("bk-edge-lit", edge.dataset["from"] === id || edge.dataset["to"] === id);
    }
    const box = this.boxes.get(id);
    if (!box) return;
    this.stop(id);
    this.reveal(box);
  }

  private box(box: GraphBox): SVGGElement {
    const group = svg(
      "g",
      {
        class: "bk-box",
        role: "button",
        tabindex: -1,
        "aria-pressed": "false",
        "aria-label": `${box.title} ${box.detail} ${box.name}`,
        transform: `translate(${box.x} ${box.y})`,
        onclick: () => this.choose(box.id),
        ondblclick: () => this.options.onOpen?.(box.id),
      },
      svg("rect", { class: "bk-box-frame", width: box.width, height: box.height, rx: 5 }),
      svg("rect", { class: "bk-box-family", width: 5, height: box.height, rx: 2 }),
      svg("text", { class: "bk-box-title", x: 13, y: box.height > 30 ? 15 : box.height / 2 + 4 }, box.title),
      " ", // between the lines, for those who listen
      box.height > 30 ? svg("text", { class: "bk-box-detail", x: 13, y: 29 }, box.detail) : null,
    );
    group.dataset["bkFamily"] = box.family;
    this.boxes.set(box.id, group);
    return group;
  }

  // Begins at the largest size that fits the width, but never so small that it cannot be read.
  private fit(): void {
    const room = this.scroller.clientWidth || Infinity;
    const width = (this.data?.width ?? 0) + 4 * MARGIN;
    this.zoom = ZOOM.findLastIndex((factor) => factor <= 1 && (factor <= SMALLEST || factor * width <= room));
    this.scale(0);
    this.scroller.scrollLeft = (this.scroller.scrollWidth - this.scroller.clientWidth) / 2;
  }

  private scale(by: number): void {
    this.zoom = Math.min(Math.max(this.zoom + by, 0), ZOOM.length - 1);
    const drawing = this.scroller.querySelector("svg");
    if (!drawing || !this.data) return;
    const factor = ZOOM[this.zoom] as number;
    drawing.setAttribute("width", String((this.data.width + 2 * MARGIN) * factor));
    drawing.setAttribute("height", String((this.data.height + 2 * MARGIN) * factor));
  }

  private stop(id: string | undefined): void {
    for (const [name, box] of this.boxes) box.setAttribute("tabindex", name === id ? "0" : "-1");
  }

  private reveal(box: SVGGElement): void {
    const inner = box.getBoundingClientRect();
    const outer = this.scroller.getBoundingClientRect();
    if (inner.top < outer.top || inner.bottom > outer.bottom) this.scroller.scrollTop += inner.top - outer.top - outer.height / 3;
    if (inner.left < outer.left || inner.right > outer.right) this.scroller.scrollLeft += inner.left - outer.left - outer.width / 3;
  }

  private choose(id: string): void {
    this.select(id);
    this.boxes.get(id)?.focus({ preventScroll: true });
    this.options.onSelect(id);
  }

  // Down and up follow the edges; left and right go to the neighbors beside.
  private pressed(event: KeyboardEvent): void {
    const at = [...this.boxes].find(([, box]) => box === event.target)?.[0];
    if (!at || !this.data || event.ctrlKey || event.metaKey || event.altKey) return;
    const to = event.key === "Enter" || event.key === " " ? at : this.target(event.key, at, this.data);
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Enter") this.options.onOpen?.(at);
    else this.choose(to);
  }

  private target(key: string, at: string, data: GraphData): string | undefined {
    if (key === "ArrowDown") return data.edges.find((edge) => edge.source === at)?.target ?? at;
    if (key === "ArrowUp") return data.edges.find((edge) => edge.target === at)?.source ?? at;
    if (key === "Home") return data.boxes[0]?.id;
    if (key === "End") return data.boxes.at(-1)?.id;
    if (key !== "ArrowLeft" && key !== "ArrowRight") return undefined;
    const here = data.boxes.find((box) => box.id === at) as GraphBox;
    const level = data.boxes.filter((box) => Math.abs(box.y - here.y) < 1).sort((left, right) => left.x - right.x);
    return level[level.indexOf(here) + (key === "ArrowRight" ? 1 : -1)]?.id ?? at;
  }
}

// A smooth path through the points of an edge, leaving and arriving vertically.
function curve(points: [number, number][]): string {
  const [first, ...rest] = points;
  if (!first) return "";
  let [x, y] = first;
  let path = `M${x} ${y}`;
  for (const [toX, toY] of rest) {
    const half = (y + toY) / 2;
    path += `C${x} ${half} ${toX} ${half} ${toX} ${toY}`;
    [x, y] = [toX, toY];
  }
  return path;
}
