// One tab stop for a composite: arrows move the focus among its items, and only the current one is tabbable.
export interface RovingOptions {
  // The items now, in order.
  items: () => HTMLElement[] | SVGElement[];
  orientation?: "vertical" | "horizontal" | "both";
  onFocus?: (item: HTMLElement | SVGElement) => void;
  signal: AbortSignal;
}

const STEPS: { [key: string]: [number, "vertical" | "horizontal"] } = {
  ArrowDown: [1, "vertical"],
  ArrowUp: [-1, "vertical"],
  ArrowRight: [1, "horizontal"],
  ArrowLeft: [-1, "horizontal"],
};

export class Roving {
  private readonly options: RovingOptions;

  constructor(container: HTMLElement | SVGElement, options: RovingOptions) {
    this.options = options;
    (container as HTMLElement).addEventListener("keydown", (event) => this.pressed(event), { signal: options.signal });
  }

  // Makes `item` the tab stop; with `focus` the focus goes there too.
  current(item: HTMLElement | SVGElement | undefined, focus = false): void {
    for (const other of this.options.items()) other.setAttribute("tabindex", other === item ? "0" : "-1");
    if (item && focus) item.focus();
  }

  private pressed(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const items = [...this.options.items()] as HTMLElement[];
    const at = items.findIndex((item) => item === event.target);
    if (at < 0) return;
    const to = target(event.key, at, items.length, this.options.orientation ?? "vertical");
    if (to === undefined) return;
    event.preventDefault();
    const item = items[to];
    if (!item || to === at) return;
    this.current(item, true);
    this.options.onFocus?.(item);
  }
}

function target(key: string, at: number, length: number, orientation: string): number | undefined {
  if (key === "Home") return 0;
  if (key === "End") return length - 1;
  const step = STEPS[key];
  if (!step || (orientation !== "both" && step[1] !== orientation)) return undefined;
  return Math.min(Math.max(at + step[0], 0), length - 1);
}
