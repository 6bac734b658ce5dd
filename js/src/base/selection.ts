// What is selected, shared by the panes of a widget, by its views, and by linked widgets of one page.
import { type Json, listen, type Model, same } from "./model";

export interface Selected {
  // Names joined by slashes; empty for the model itself.
  module?: string | undefined;
  layer?: string | undefined;
  head?: number | undefined;
  token?: number | undefined;
  span?: [number, number] | undefined;
  window?: number | undefined;
  example?: number | undefined;
  [name: string]: Json | undefined;
}

// What a view needs of a selection; a pair of views may see each other's under other names.
export type Selects = Pick<Selection, "value" | "set" | "subscribe">;

interface Shared {
  group: string;
  value: Selected;
}

// Every widget instance has its own copy of this script, so the bus belongs to the page.
const BUS = Symbol.for("bertkit.selection.1");

function bus(): EventTarget {
  const page = globalThis as unknown as { [BUS]?: EventTarget };
  return (page[BUS] ??= new EventTarget());
}

export class Selection {
  private readonly model: Model;
  private readonly subscribers = new Set<(value: Selected) => void>();
  private last: Selected;

  constructor(model: Model, signal: AbortSignal) {
    this.model = model;
    this.last = this.value;
    listen(model, "change:selection", () => this.changed(), signal);
    bus().addEventListener("selection", (event) => this.received((event as CustomEvent<Shared>).detail), { signal });
  }

  get value(): Selected {
    return (this.model.get("selection") ?? {}) as Selected;
  }

  // Merges `patch` into the selection; undefined removes a name.
  set(patch: Selected): void {
    const next: Selected = { ...this.value, ...patch };
    for (const name of Object.keys(next)) if (next[name] === undefined) delete next[name];
    this.store(next);
  }

  // Calls back at every change, whoever made it.
  subscribe(callback: (value: Selected) => void, signal: AbortSignal): void {
    this.subscribers.add(callback);
    signal.addEventListener("abort", () => this.subscribers.delete(callback), { once: true });
  }

  private get group(): string {
    return (this.model.get("_group") as string | undefined) ?? "";
  }

  private store(next: Selected): void {
    if (same(next, this.value)) return;
    this.model.set("selection", next);
    this.model.save_changes();
    this.changed();
  }

  private received(shared: Shared): void {
    if (this.group && shared.group === this.group) this.store(shared.value);
  }

  private changed(): void {
    const value = this.value;
    if (same(value, this.last)) return;
    this.last = value;
    for (const callback of [...this.subscribers]) callback(value);
    if (this.group) bus().dispatchEvent(new CustomEvent("selection", { detail: { group: this.group, value } }));
  }
}
