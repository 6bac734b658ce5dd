// The values of the selected layer: histogram, heat map of tokens and channels, norm by token; attention where it is.
import { Latest } from "../../base/channel";
import { bars } from "../../base/bars";
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { percent, shape } from "../../base/format";
import { factRow } from "../../base/head";
import type { Heat } from "../../base/heat";
import { HeatMap } from "../../base/heat_map";
import { empty, failure } from "../../base/states";
import type { Walk } from "../model_map/walk";
import { AttentionPart } from "./attention";
import { short } from "./live";
import type { Session, Side } from "./session";
import { tokenWords } from "./tokens";

interface LayerData {
  layer: string;
  dtype: string;
  counts: number[];
  low: number;
  high: number;
  tokens?: number;
  channels?: number;
  rows?: number;
  top?: number;
}

interface Picture {
  data: LayerData;
  // [rows, tokens] shares of the greatest, and the norm of each token.
  shares: Int8Array;
  norms: Float32Array;
}

const KEPT = 48;

export class Values {
  readonly element = el("div", {});
  private readonly compared = el("p", { class: "bk-bench-difference" });
  private readonly context: Context;
  private readonly walk: Walk;
  private readonly session: Session;
  private readonly attention: AttentionPart;
  private readonly asked = new Latest();
  private readonly known = new Map<string, Picture>();
  private readonly heats: { map: HeatMap; heat: Heat }[] = [];
  // Ends the heat maps of what was shown before.
  private drawing = new AbortController();
  private pictures: Picture[] = [];
  private drawn = "";

  constructor(context: Context, walk: Walk, session: Session, attentions: string[]) {
    this.context = context;
    this.walk = walk;
    this.session = session;
    this.attention = new AttentionPart(context, walk, session, attentions);
    context.signal.addEventListener("abort", () => this.drawing.abort(), { once: true });
  }

  show(): void {
    const { sides } = this.session;
    const layer = this.walk.name;
    this.compared.textContent = difference(this.session.comparison?.layers[layer]);
    const wanted = JSON.stringify([layer, sides.map(({ run, model }) => [run.question, model])]);
    if (wanted === this.drawn) return this.token();
    this.drawn = wanted;
    if (!sides.length) replace(this.element, empty("No values yet.", "Ask a question: its values then stand here, layer by layer."));
    else if (!layer) replace(this.element, empty("No layer is selected.", "Select a layer to see what it computes for the question."));
    else void this.fetch(layer, sides);
  }

  private async fetch(layer: string, sides: Side[]): Promise<void> {
    try {
      const pictures = await this.asked.run((signal) => Promise.all(sides.map((side) => this.picture(layer, side, signal))));
      if (!pictures) return;
      this.pictures = pictures;
      this.draw(layer, sides);
    } catch (error) {
      replace(this.element, failure(error));
    }
  }

  private async picture(layer: string, { run, model }: Side, signal: AbortSignal): Promise<Picture> {
    const key = JSON.stringify([layer, run.question, model]);
    const found = this.known.get(key);
    if (found) return found;
    const parameters = { question: run.question, side: model, layer };
    const { data, buffers } = await this.context.ask<LayerData>("values", parameters, { signal });
    const [shares, norms] = buffers;
    const made: Picture = {
      data,
      shares: shares ? new Int8Array(shares.buffer, shares.byteOffset, shares.byteLength) : new Int8Array(),
      norms: norms ? new Float32Array(norms.buffer.slice(norms.byteOffset, norms.byteOffset + norms.byteLength)) : new Float32Array(),
    };
    this.known.set(key, made);
    const [oldest] = this.known.keys();
    if (this.known.size > KEPT && oldest !== undefined) this.known.delete(oldest);
    return made;
  }

  private draw(layer: string, sides: Side[]): void {
    this.drawing.abort();
    this.drawing = new AbortController();
    this.heats.length = 0;
    const parts = sides.map((side, at) => this.part(layer, side, this.pictures[at] as Picture));
    replace(this.element, this.heading(layer), this.compared, el("div", { class: "bk-bench-sides" }, ...parts), this.attention.element);
    this.attention.show();
    this.token();
  }

  private heading(layer: string): HTMLElement {
    const { atlas } = this.walk;
    const { label, kind, variant, parameters, bytes } = atlas.layer(this.walk.layer);
    const costs = parameters ? `${parameters.toLocaleString("en")} parameters, ${bytes.toLocaleString("en")} bytes` : "no parameters";
    const time = atlas.data.measures.find(({ name }) => name === "time")?.values[this.walk.layer]?.[atlas.copy(this.walk.layer, this.walk.chosen)];
    return el(
      "div",
      {},
      el("div", { class: "bk-row bk-bench-tight" }, el("strong", {}, label), el("span", { class: "bk-muted" }, variant || kind), el("span", { class: "bk-muted" }, costs), time ? el("span", { class: "bk-muted" }, `${short(time)} ms`) : null),
      el("div", { class: "bk-mono bk-muted" }, layer),
    );
  }

  private part(layer: string, side: Side, picture: Picture): HTMLElement {
    const { data, norms } = picture;
    const summary = side.run.layers[layer];
    const title = side.name ? el("h4", {}, `${side.name}: ${side.title}`) : null;
    const facts = summary ? [`${shape(summary[0])} ${data.dtype}`, `${short(summary[1])} to ${short(summary[2])}`, `mean ${short(summary[3])}`, `deviation ${short(summary[4])}`, summary[5] ? `${summary[5]} not finite` : ""] : [];
    const words = `Histogram of the values, from ${short(data.low)} to ${short(data.high)}`;
    const axis = el("div", { class: "bk-bench-axis bk-muted" }, el("span", {}, short(data.low)), el("span", {}, "how often each value occurs"), el("span", {}, short(data.high)));
    const histogram = el("div", { class: "bk-bench-figure" }, bars(data.counts, words), axis);
    if (!norms.length) return el("div", {}, title, factRow(facts), histogram, el("p", { class: "bk-muted" }, "This layer has no numbers by token."));
    return el("div", {}, title, factRow(facts), histogram, this.heat(side, picture), el("div", { class: "bk-bench-norms" }));
  }

  // Tokens across, channels down; each row stands for the strongest of a few channels.
  private heat({ run }: Side, { data, shares, norms }: Picture): HTMLElement {
    const [rows, tokens, channels, top] = [data.rows ?? 0, data.tokens ?? 0, data.channels ?? 0, data.top ?? 0];
    const describe = (row: number, token: number): string => {
      const [from, to] = [Math.floor((row * channels) / rows), Math.floor(((row + 1) * channels) / rows) - 1];
      const value = ((shares[row * tokens + token] ?? 0) / 127) * top;
      return `${tokenWords(run, token)}, channel${to > from ? `s ${from}–${to}` : ` ${from}`}: ${short(value)}; norm ${short(norms[token] ?? 0)}`;
    };
    const heat = new HeatMap({
      label: "Values by token and channel",
      describe,
      height: (width) => Math.min(Math.max(rows * 1.5, 48), width * 0.6),
      onSelect: (_, token) => this.context.selection.set({ token }),
      signal: this.drawing.signal,
    });
    const values = new Uint8Array(shares.length);
    shares.forEach((share, at) => (values[at] = 1 + 254 * Math.sqrt(Math.abs(share) / 127)));
    this.heats.push({ map: heat, heat: { rows, columns: tokens, values } });
    const axis = el("div", { class: "bk-bench-axis bk-muted" }, el("span", {}, `${tokens} tokens across, ${channels} channels down`), el("span", {}, "strong: far from 0"));
    return el("div", { class: "bk-bench-figure" }, heat.element, axis);
  }

  // The selected token in every picture.
  private token(): void {
    const { token } = this.context.selection.value;
    for (const { map, heat } of this.heats) {
      const marked = token !== undefined && token < heat.columns;
      map.show(heat, marked ? [{ row: 0, column: token, rows: heat.rows, columns: 1 }] : []);
      if (marked && !map.element.contains(document.activeElement)) map.select(0, token);
    }
    const places = this.element.querySelectorAll(".bk-bench-norms");
    places.forEach((place, at) => {
      const [picture, side] = [this.pictures[at], this.session.sides[at]];
      if (picture && side) replace(place, ...normParts(picture.norms, side, token));
    });
    this.attention.token();
  }
}

function difference(share: number | undefined): string {
  if (share === undefined) return "";
  return share === 0 ? "A and B are equal here." : `A and B differ by ${percent(share)} of A, over the tokens that both have.`;
}

function normParts(norms: Float32Array, { run }: Side, token: number | undefined): Node[] {
  const order = [...norms.keys()].sort((left, right) => (norms[right] as number) - (norms[left] as number));
  const strongest = order.slice(0, 3).map((at) => `${tokenWords(run, at)} ${short(norms[at] as number)}`);
  const words = `Norm by token; highest: ${strongest.join(", ")}`;
  const own =
    token === undefined || token >= norms.length
      ? "Select a token in the answer or the heat map to follow it."
      : `${tokenWords(run, token)}: norm ${short(norms[token] as number)}, number ${order.indexOf(token) + 1} of ${norms.length}`;
  return [bars([...norms], words, token), el("p", { class: "bk-muted" }, words), el("p", { class: "bk-bench-token" }, own)];
}
