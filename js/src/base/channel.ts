// Requests to Python with an id each. An aborted request's answer is stale and is dropped; its job is cancelled.
import { type Fields, type Json, listen, type Model } from "./model";
import { RecordedModel } from "./recorded";

export interface Answer<Data = Json> {
  data: Data;
  buffers: DataView[];
}

export interface Progress {
  done: number;
  total: number;
  note: string;
  // What is known so far, where the method reports it.
  data?: Json;
}

export interface AskOptions {
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
  // Bytes that go along.
  buffers?: ArrayBuffer[];
}

// "waiting": an answer is late, the kernel is busy or gone. "static": there is no kernel.
export type Connection = "live" | "waiting" | "static";

interface Pending {
  resolve: (answer: Answer) => void;
  reject: (error: Error) => void;
  onProgress: ((progress: Progress) => void) | undefined;
}

interface Message {
  type: "answer" | "error" | "progress" | "cancelled";
  id: string;
  data?: Json;
  message?: string;
  done?: number;
  total?: number;
  note?: string;
}

const LATE_MS = 1500;
const GONE_MS = 10000;

export class NotRecorded extends Error {
  constructor() {
    super("This was not recorded in the page. Open the model in a notebook to compute it.");
  }
}

export class Cancelled extends Error {
  constructor() {
    super("Cancelled.");
  }
}

export class Channel {
  onConnection: (connection: Connection) => void = () => {};
  private readonly model: Model;
  private readonly prefix = Math.random().toString(36).slice(2, 8);
  private readonly pending = new Map<string, Pending>();
  private number = 0;

  constructor(model: Model, signal: AbortSignal) {
    this.model = model;
    if (!(model instanceof RecordedModel)) {
      const receive = (message: Message, buffers?: DataView[]): void => this.receive(message, buffers ?? []);
      listen(model, "msg:custom", receive as never, signal);
      listen(model, "comm_live_update", (() => this.onConnection("static")) as never, signal);
    }
  }

  get connection(): Connection {
    return this.model instanceof RecordedModel ? "static" : "live";
  }

  ask(method: string, parameters: Fields = {}, { signal, onProgress, buffers }: AskOptions = {}): Promise<Answer> {
    if (this.model instanceof RecordedModel) {
      return this.model.answer(method, parameters).then((answer) => answer ?? Promise.reject(new NotRecorded()));
    }
    const id = `${this.prefix}-${++this.number}`;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => this.pending.has(id) && this.onConnection("waiting"), LATE_MS);
      const gone = setTimeout(() => this.pending.has(id) && this.onConnection("static"), GONE_MS);
      const heard = (): void => {
        clearTimeout(late);
        clearTimeout(gone);
      };
      this.pending.set(id, {
        resolve: (answer) => (heard(), resolve(answer)),
        reject: (error) => (heard(), reject(error)),
        onProgress: (progress) => (heard(), onProgress?.(progress)),
      });
      signal?.addEventListener("abort", () => this.abort(id), { once: true });
      this.model.send({ type: "request", id, method, parameters }, undefined, buffers);
    });
  }

  private abort(id: string): void {
    const pending = this.pending.get(id);
    if (!pending) return;
    this.pending.delete(id);
    this.model.send({ type: "cancel", id });
    pending.reject(new Cancelled());
  }

  private receive(message: Message, buffers: DataView[]): void {
    const pending = this.pending.get(message.id);
    if (!pending) return;
    this.onConnection("live");
    if (message.type === "progress") {
      pending.onProgress?.({ done: message.done ?? 0, total: message.total ?? 0, note: message.note ?? "", data: message.data ?? null });
      return;
    }
    this.pending.delete(message.id);
    if (message.type === "answer") pending.resolve({ data: message.data ?? null, buffers });
    else if (message.type === "cancelled") pending.reject(new Cancelled());
    else pending.reject(new Error(message.message ?? "The request failed."));
  }
}

// Keeps only the newest of several requests: each call aborts the one before.
export class Latest {
  private controller = new AbortController();

  // Returns undefined when a newer call took over.
  async run<Result>(ask: (signal: AbortSignal) => Promise<Result>): Promise<Result | undefined> {
    this.controller.abort();
    const controller = new AbortController();
    this.controller = controller;
    try {
      const result = await ask(controller.signal);
      return controller.signal.aborted ? undefined : result;
    } catch (error) {
      if (controller.signal.aborted) return undefined;
      throw error;
    }
  }

  cancel(): void {
    this.controller.abort();
  }
}
