// What every view is given. A Workbench scopes one for each of its panes.
import { type Answer, type AskOptions, Channel } from "./channel";
import { Keys } from "./keys";
import { type Fields, type Json, listen, type Model } from "./model";
import type { Selects } from "./selection";

export type View = (context: Context, body: HTMLElement) => void;

interface Shared {
  model: Model;
  channel: Channel;
  selection: Selects;
  keys: Keys;
  announce: (text: string) => void;
  signal: AbortSignal;
}

export class Context {
  private readonly shared: Shared;
  private readonly scope: string[];

  constructor(shared: Shared, scope: string[] = []) {
    this.shared = shared;
    this.scope = scope;
  }

  // Aborts when the view is removed: give it to every listener.
  get signal(): AbortSignal {
    return this.shared.signal;
  }

  get selection(): Selects {
    return this.shared.selection;
  }

  get keys(): Keys {
    return this.shared.keys;
  }

  // False where no Python answers: in a page, or with the kernel gone.
  get live(): boolean {
    return this.shared.channel.connection === "live";
  }

  // The panel's view data, as its `view()` returned it.
  data<Data>(): Data {
    let data = this.shared.model.get("_view") as Json;
    for (const name of this.scope) data = (data as { [name: string]: Json })[name] as Json;
    return data as Data;
  }

  // Calls back now and at every change of the data, each time with a context that ends at the next change.
  eachData(callback: (context: Context) => void): void {
    let current = new AbortController();
    const draw = (): void => {
      current.abort();
      current = new AbortController();
      callback(this.until(current.signal));
    };
    listen(this.shared.model, "change:_view", draw, this.signal);
    draw();
  }

  // Asks one of the panel's methods. Parameters are strings, whole numbers, booleans or null.
  ask<Data = Json>(method: string, parameters: Fields = {}, options: AskOptions = {}): Promise<Answer<Data>> {
    const name = [...this.scope, method].join(".");
    return this.shared.channel.ask(name, parameters, options) as Promise<Answer<Data>>;
  }

  get options(): Fields {
    return (this.shared.model.get("options") ?? {}) as Fields;
  }

  option<Value extends Json>(name: string, otherwise: Value): Value {
    const options = (this.shared.model.get("options") ?? {}) as Fields;
    return (options[this.scoped(name)] as Value | undefined) ?? otherwise;
  }

  setOption(name: string, value: Json): void {
    const options = (this.shared.model.get("options") ?? {}) as Fields;
    this.shared.model.set("options", { ...options, [this.scoped(name)]: value });
    this.shared.model.save_changes();
  }

  onOptions(callback: () => void): void {
    listen(this.shared.model, "change:options", callback, this.signal);
  }

  // Tells a screen reader what happened.
  announce(text: string): void {
    this.shared.announce(text);
  }

  // The same for a panel inside this one, called `name`.
  inside(name: string, selection: Selects = this.shared.selection): Context {
    return new Context({ ...this.shared, selection }, [...this.scope, name]);
  }

  // The same, ending earlier.
  until(signal: AbortSignal): Context {
    return new Context({ ...this.shared, signal: AbortSignal.any([this.signal, signal]) }, this.scope);
  }

  private scoped(name: string): string {
    return [...this.scope, name].join(".");
  }
}
