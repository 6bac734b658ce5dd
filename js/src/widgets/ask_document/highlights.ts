// Stretches of the text made visible without changing it; where the browser cannot do that, only they are wrapped.
import { el } from "../../base/dom";
import { same } from "../../base/model";
import type { Stretch } from "./data";
import type { Block, Pane } from "./pane";

// Later ones are drawn over earlier ones.
const LAYERS = ["scope", "answer", "current", "marked", "chosen"] as const;
export type Layer = (typeof LAYERS)[number];

export class Highlights {
  private readonly pane: Pane;
  private readonly stretches = new Map<Layer, Stretch[]>();
  private readonly ranges = new Map<Layer, Range[]>();
  private wrapped: Block[] = [];

  constructor(pane: Pane) {
    this.pane = pane;
  }

  show(layer: Layer, stretches: (Stretch | undefined)[]): void {
    const wanted = stretches.filter((stretch) => stretch !== undefined);
    // Wrapping anew takes a selection away, also while it is made.
    if (same(wanted, this.stretches.get(layer) ?? [])) return;
    this.stretches.set(layer, wanted);
    if (native()) this.paint(layer);
    else this.wrap();
  }

  // After paragraphs were added.
  refresh(): void {
    if (native()) for (const layer of this.stretches.keys()) this.paint(layer);
    else this.wrap();
  }

  clear(): void {
    for (const layer of LAYERS) this.show(layer, []);
  }

  // The page has one highlight a layer, shared by all widgets on it.
  private paint(layer: Layer): void {
    const name = `bk-${layer}`;
    const highlight = CSS.highlights.get(name) ?? new Highlight();
    highlight.priority = LAYERS.indexOf(layer);
    CSS.highlights.set(name, highlight);
    for (const range of this.ranges.get(layer) ?? []) highlight.delete(range);
    const ranges = (this.stretches.get(layer) ?? []).flatMap((stretch) =>
      this.pane.overlapping(stretch).map((block) => this.pane.range(block, stretch)),
    );
    for (const range of ranges) highlight.add(range);
    this.ranges.set(layer, ranges);
  }

  private wrap(): void {
    for (const block of this.wrapped) block.element.replaceChildren(block.text);
    const all = [...this.stretches.values()].flat();
    this.wrapped = [...new Set(all.flatMap((stretch) => this.pane.overlapping(stretch)))];
    for (const block of this.wrapped) this.wrapIn(block);
  }

  private wrapIn(block: Block): void {
    const cuts = new Set([0, block.text.length]);
    const spans = LAYERS.flatMap((layer) =>
      (this.stretches.get(layer) ?? [])
        .filter(({ start, end }) => start < block.end && block.start < end)
        .map((stretch) => ({ layer, ...this.pane.units(block, stretch) })),
    );
    for (const { start, end } of spans) cuts.add(start).add(end);
    const places = [...cuts].sort((left, right) => left - right);
    const pieces = places.slice(1).map((end, at) => {
      const start = places[at] as number;
      const over = spans.filter((span) => span.start <= start && end <= span.end);
      const text = block.text.slice(start, end);
      return over.length ? el("mark", { class: over.map(({ layer }) => `bk-on-${layer}`).join(" ") }, text) : text;
    });
    block.element.replaceChildren(...pieces);
  }
}

function native(): boolean {
  return typeof CSS !== "undefined" && "highlights" in CSS;
}
