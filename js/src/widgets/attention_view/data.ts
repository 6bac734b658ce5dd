// What bertkit/widgets/attention_view/values.py writes, and the heads that were asked for.
import type { Context } from "../../base/context";

export interface Change {
  text: string;
  change: string;
  before: string;
  after: string;
  score: number;
  kept: number;
  same: boolean;
  no_answer: boolean;
}

export interface AttentionData {
  title: string;
  facts: string[];
  note: string;
  tokens: { pieces: string[]; parts: string[] };
  changes: Change[];
}

export interface Grid {
  layers: number;
  heads: number;
  // Of one thumbnail.
  rows: number;
  columns: number;
  // Path of each layer's self-attention.
  modules: string[][];
  // Entropy in bits, share to the first token, to separators, of the question to the passage, of the passage to the question.
  numbers: [number, number, number, number, number][];
  first: [number, number];
}

export type Place = [layer: number, head: number];

// Which tokens look, and which are looked at.
export interface Filter {
  name: string;
  rows: number[];
  columns: number[];
}

export const placeName = ([layer, head]: Place): string => `layer ${layer + 1}, head ${head + 1}`;

const MOST_KEPT = 64;

// Heads in full, [tokens, tokens] bytes each: 255 * sqrt(probability). The least recently used is dropped first.
export class Heads {
  private readonly context: Context;
  private readonly kept = new Map<string, Uint8Array>();

  constructor(context: Context) {
    this.context = context;
  }

  async get(layer: number, head: number, signal: AbortSignal): Promise<Uint8Array> {
    const key = `${layer}.${head}`;
    let bytes = this.kept.get(key);
    if (!bytes) {
      const view = (await this.context.ask("head", { layer, head }, { signal })).buffers[0] as DataView;
      bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    }
    this.kept.delete(key);
    this.kept.set(key, bytes);
    if (this.kept.size > MOST_KEPT) this.kept.delete(this.kept.keys().next().value as string);
    return bytes;
  }

  // The mean of several, as one head's bytes.
  async average(places: Place[], signal: AbortSignal): Promise<Uint8Array> {
    const all = await Promise.all(places.map(([layer, head]) => this.get(layer, head, signal)));
    if (all.length === 1) return all[0] as Uint8Array;
    const mean = new Uint8Array(all[0]?.length ?? 0);
    for (let at = 0; at < mean.length; at++) {
      let squares = 0;
      for (const bytes of all) squares += (bytes[at] as number) ** 2;
      mean[at] = Math.round(Math.sqrt(squares / all.length));
    }
    return mean;
  }
}

export function filters(parts: string[]): Filter[] {
  const places = (part: string): number[] => parts.flatMap((own, at) => (own === part ? [at] : []));
  const [question, passage, all] = [places("question"), places("passage"), parts.map((_, at) => at)];
  return [
    { name: "question → passage", rows: question, columns: passage },
    { name: "passage → question", rows: passage, columns: question },
    { name: "question → question", rows: question, columns: question },
    { name: "passage → passage", rows: passage, columns: passage },
    { name: "all → all", rows: all, columns: all },
  ];
}
