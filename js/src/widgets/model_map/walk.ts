// The way through a model's modules and layers: what is selected, and which instance of every repeated module.
import type { Context } from "../../base/context";
import type { Atlas, Chosen } from "./data";

export class Walk {
  readonly atlas: Atlas;
  chosen: Chosen = new Map();
  entry = -1;
  layer = -1;
  private readonly context: Context;
  private readonly onMove: () => void;

  constructor(context: Context, atlas: Atlas, onMove: () => void) {
    this.context = context;
    this.atlas = atlas;
    this.onMove = onMove;
    context.selection.subscribe(() => this.follow(), context.signal);
  }

  // The selected layer's name in the file; empty without one.
  get name(): string {
    return this.layer < 0 ? "" : this.atlas.name(this.layer, this.chosen);
  }

  // Takes over what is selected, here or in a linked view.
  follow(): void {
    const { module, layer } = this.context.selection.value;
    const place = module === undefined ? undefined : this.atlas.at(module);
    const found = layer === undefined ? undefined : this.atlas.find(layer);
    this.chosen = new Map([...this.chosen, ...(place?.chosen ?? []), ...(found?.chosen ?? [])]);
    const first = this.atlas.data.entries.findIndex(({ instances }) => instances.length > 0);
    this.layer = found?.layer ?? -1;
    this.entry = place?.entry ?? (found ? this.atlas.layer(found.layer).owner : this.entry >= 0 ? this.entry : Math.max(first, 0));
    this.onMove();
  }

  go(entry: number): void {
    const inside = this.layer >= 0 && this.within(entry, this.layer);
    this.select(entry, inside ? this.layer : -1);
  }

  choose(layer: number): void {
    this.select(this.within(this.entry, layer) ? this.entry : this.atlas.layer(layer).owner, layer);
  }

  // Goes to another instance of a repeated module.
  turn(entry: number, instance: number): void {
    this.chosen.set(entry, instance);
    this.select(this.entry, this.layer);
  }

  // Goes to a layer by its name in the file, in its own module unless the selected one holds it.
  find(name: string): void {
    const found = this.atlas.find(name);
    if (!found) return;
    this.chosen = new Map([...this.chosen, ...found.chosen]);
    this.choose(found.layer);
  }

  private within(entry: number, layer: number): boolean {
    const { first, count } = this.atlas.entry(entry);
    return layer >= first && layer < first + count;
  }

  private select(entry: number, layer: number): void {
    const name = layer >= 0 ? this.atlas.name(layer, this.chosen) : undefined;
    this.context.selection.set({ module: this.atlas.path(entry, this.chosen), layer: name });
    this.follow();
  }
}
