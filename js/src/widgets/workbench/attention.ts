// The attention of the selected layer's heads, where the layer belongs to a self-attention.
import { Latest } from "../../base/channel";
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { percent } from "../../base/format";
import { HeatMap } from "../../base/heat_map";
import { failure } from "../../base/states";
import type { Walk } from "../model_map/walk";
import type { Session, Side } from "./session";
import { tokenWords } from "./tokens";

interface HeadData {
  layer: number;
  head: number;
  heads: number;
  tokens: number;
}

interface Head extends HeadData {
  // round(255 * sqrt(probability)), a row for each token that looks.
  bytes: Uint8Array;
  side: Side;
}

const SHOWN = 5;

export class AttentionPart {
  readonly element = el("div", {});
  private readonly context: Context;
  private readonly walk: Walk;
  private readonly session: Session;
  private readonly attentions: string[];
  private readonly asked = new Latest();
  private drawing = new AbortController();
  private heads: Head[] = [];
  private readonly links = el("div", {});

  constructor(context: Context, walk: Walk, session: Session, attentions: string[]) {
    this.context = context;
    this.walk = walk;
    this.session = session;
    this.attentions = attentions;
    context.signal.addEventListener("abort", () => this.drawing.abort(), { once: true });
  }

  // Which encoder layer's attention the selected layer belongs to; -1 for none.
  private get layer(): number {
    return this.attentions.findIndex((module) => this.walk.name.startsWith(`${module}__`));
  }

  show(): void {
    this.asked.cancel();
    const { layer } = this;
    this.heads = [];
    this.element.replaceChildren();
    if (layer >= 0) void this.fetch(layer, this.context.selection.value.head ?? 0);
  }

  // The selected token's strongest links.
  token(): void {
    const { token } = this.context.selection.value;
    const lines = this.heads.flatMap((head) => (token !== undefined && token < head.tokens ? linkLines(head, token) : []));
    const hint = "Select a token to see what it looks at and what looks at it.";
    replace(this.links, ...(lines.length ? lines : [el("p", { class: "bk-muted" }, hint)]));
  }

  private async fetch(layer: number, head: number): Promise<void> {
    try {
      const heads = await this.asked.run((signal) => Promise.all(this.session.sides.map((side) => this.head(side, layer, head, signal))));
      if (!heads) return;
      this.heads = heads;
      this.draw(layer, head);
    } catch (error) {
      replace(this.element, failure(error));
    }
  }

  private async head(side: Side, layer: number, head: number, signal: AbortSignal): Promise<Head> {
    const parameters = { question: side.run.question, side: side.model, layer, head };
    const { data, buffers } = await this.context.ask<HeadData>("attention", parameters, { signal });
    const [bytes] = buffers;
    return { ...data, side, bytes: bytes ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : new Uint8Array() };
  }

  private draw(layer: number, head: number): void {
    this.drawing.abort();
    this.drawing = new AbortController();
    const focused = this.element.contains(document.activeElement);
    const choice = el("select", { class: "bk-select", "aria-label": "Head" });
    for (let at = 0; at < (this.heads[0]?.heads ?? 0); at++) choice.append(el("option", { value: at, selected: at === head }, `head ${at + 1}`));
    choice.addEventListener("change", () => {
      this.context.selection.set({ head: Number(choice.value) });
      void this.fetch(layer, Number(choice.value));
    });
    const title = el("div", { class: "bk-row" }, el("h3", {}, `Attention of encoder layer ${layer + 1}`), choice);
    const maps = el("div", { class: "bk-bench-sides" }, ...this.heads.map((found) => this.map(found)));
    const note = el("p", { class: "bk-muted" }, "A row looks, a column is looked at; darker is more. Attention is not by itself an explanation.");
    replace(this.element, title, maps, note, this.links);
    this.token();
    if (focused) choice.focus();
  }

  private map(head: Head): HTMLElement {
    const { bytes, tokens, side } = head;
    const heat = new HeatMap({
      label: `Attention of head ${head.head + 1}`,
      describe: (row, column) => `${tokenWords(side.run, row)} looks at ${tokenWords(side.run, column)}: ${percent(share(bytes, row * tokens + column))}`,
      height: (width) => Math.min(width, 360),
      onSelect: (row) => this.context.selection.set({ token: row }),
      signal: this.drawing.signal,
    });
    heat.show({ rows: tokens, columns: tokens, values: bytes.map((value) => Math.max(1, value)) });
    return el("div", {}, side.name ? el("h4", {}, side.name) : null, heat.element);
  }
}

function share(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) / 255) ** 2;
}

function linkLines({ bytes, tokens, side }: Head, token: number): HTMLElement[] {
  const name = side.name ? `${side.name}: ` : "";
  const strongest = (place: (other: number) => number): string =>
    Array.from({ length: tokens }, (_, other) => [other, share(bytes, place(other))] as const)
      .sort((left, right) => right[1] - left[1])
      .slice(0, SHOWN)
      .map(([other, part]) => `“${side.run.scores.piece[other] ?? other}” ${percent(part)}`)
      .join(", ");
  return [
    el("p", {}, el("strong", {}, `${name}${tokenWords(side.run, token)} looks at `), strongest((other) => token * tokens + other)),
    el("p", {}, el("strong", {}, `${name}looked at by `), strongest((other) => other * tokens + token)),
  ];
}
