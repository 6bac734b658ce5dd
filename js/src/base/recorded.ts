// A model without Python: its traits and answers were written into the page.
import type { Json, Model } from "./model";

export interface Recorded {
  state: { [name: string]: Json };
  answers: { [key: string]: { data: Json; buffers: string[] } };
  left_out: number;
}

type Callback = (...parameters: never[]) => void;

// The same text that bertkit/widgets/recording.py makes of a request.
export function key(method: string, parameters: { [name: string]: Json }): string {
  const sorted: { [name: string]: Json } = {};
  for (const name of Object.keys(parameters).sort()) sorted[name] = parameters[name] as Json;
  return `${method} ${JSON.stringify(sorted)}`;
}

export class RecordedModel implements Model {
  readonly recorded: Recorded;
  private readonly listeners = new Map<string, Set<Callback>>();
  private changed = new Set<string>();

  constructor(recorded: Recorded) {
    this.recorded = recorded;
  }

  get(name: string): unknown {
    return this.recorded.state[name];
  }

  set(name: string, value: unknown): void {
    this.recorded.state[name] = value as Json;
    this.changed.add(name);
  }

  save_changes(): void {
    const changed = this.changed;
    this.changed = new Set();
    for (const name of changed) this.emit(`change:${name}`);
  }

  on(event: string, callback: Callback): void {
    const callbacks = this.listeners.get(event) ?? new Set();
    callbacks.add(callback);
    this.listeners.set(event, callbacks);
  }

  off(event: string, callback: Callback): void {
    this.listeners.get(event)?.delete(callback);
  }

  send(): void {
    throw new Error("a recorded model has nobody to send to");
  }

  async answer(method: string, parameters: { [name: string]: Json }): Promise<{ data: Json; buffers: DataView[] } | undefined> {
    const found = this.recorded.answers[key(method, parameters)];
    return found && { data: found.data, buffers: await Promise.all(found.buffers.map(decode)) };
  }

  private emit(event: string): void {
    for (const callback of [...(this.listeners.get(event) ?? [])]) (callback as () => void)();
  }
}

async function decode(base64: string): Promise<DataView> {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new DataView(await new Response(stream).arrayBuffer());
}
