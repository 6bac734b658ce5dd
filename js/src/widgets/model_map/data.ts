// The tables that bertkit/widgets/model_map/values.py writes, and the way through them.

export interface Entry {
  name: string;
  kind: string;
  parent: number;
  // Names of the modules when the entry stands for several that are alike.
  instances: string[];
  copies: number;
  first: number;
  count: number;
  // The numbers of one copy.
  layers: number;
  parameters: number;
  bytes: number;
  updatable: number;
}

export interface Layer {
  // One name for every copy, outer instances varying slowest.
  names: string[];
  label: string;
  kind: string;
  variant: string;
  family: string;
  dtype: string;
  shape: (number | null)[] | null;
  parameters: number;
  bytes: number;
  updatable: boolean;
  owner: number;
  inputs: [string, string, (number | null)[] | null][];
  outputs: [string, string, (number | null)[] | null][];
  settings: [string, string][];
  // Name, shape, storage, count, bytes.
  weights: [string, number[], string, number, number][];
}

export interface Measure {
  name: string;
  unit: string;
  note: string;
  values: (number | null)[][];
}

export interface MapData {
  title: string;
  facts: string[];
  entries: Entry[];
  layers: Layer[];
  measures: Measure[];
}

// Which instance of each repeated module is looked at, by entry.
export type Chosen = Map<number, number>;

export class Atlas {
  readonly data: MapData;
  private readonly places = new Map<string, { entry: number; chosen: Chosen }>();

  constructor(data: MapData) {
    this.data = data;
    data.entries.forEach((_, at) => this.spell(at));
  }

  entry(at: number): Entry {
    return this.data.entries[at] as Entry;
  }

  layer(at: number): Layer {
    return this.data.layers[at] as Layer;
  }

  // The entries around `at` and itself, the outermost first; the model is left out.
  line(at: number): number[] {
    const line: number[] = [];
    for (let up = at; up > 0; up = this.entry(up).parent) line.unshift(up);
    return line;
  }

  path(at: number, chosen: Chosen): string {
    return this.line(at)
      .map((up) => this.entry(up).instances[chosen.get(up) ?? 0] ?? this.entry(up).name)
      .join("/");
  }

  // The module at a path, with the instances that the path names.
  at(path: string): { entry: number; chosen: Chosen } | undefined {
    return this.places.get(path);
  }

  title(at: number): string {
    const { kind, name, instances } = this.entry(at);
    if (at === 0) return kind || "model";
    return instances.length ? `${kind || name} ×${instances.length}` : kind || name;
  }

  // The place of a layer's copy in its names, by the instances chosen around it.
  copy(at: number, chosen: Chosen): number {
    let place = 0;
    for (const up of this.line(this.layer(at).owner)) {
      const { instances } = this.entry(up);
      if (instances.length) place = place * instances.length + (chosen.get(up) ?? 0);
    }
    return place;
  }

  name(at: number, chosen: Chosen): string {
    return this.layer(at).names[this.copy(at, chosen)] ?? "";
  }

  // The layer and the instances of a name in the file.
  find(name: string): { layer: number; chosen: Chosen } | undefined {
    for (let at = 0; at < this.data.layers.length; at++) {
      let place = this.layer(at).names.indexOf(name);
      if (place < 0) continue;
      const chosen: Chosen = new Map();
      for (const up of this.line(this.layer(at).owner).reverse()) {
        const count = this.entry(up).instances.length;
        if (!count) continue;
        chosen.set(up, place % count);
        place = Math.floor(place / count);
      }
      return { layer: at, chosen };
    }
    return undefined;
  }

  private spell(at: number): void {
    let all: { path: string[]; chosen: Chosen }[] = [{ path: [], chosen: new Map() }];
    for (const up of this.line(at)) {
      const { instances, name } = this.entry(up);
      const names = instances.length ? instances : [name];
      all = all.flatMap(({ path, chosen }) =>
        names.map((own, place) => ({ path: [...path, own], chosen: instances.length ? new Map(chosen).set(up, place) : chosen })),
      );
    }
    for (const { path, chosen } of all) {
      const key = path.join("/");
      if (!this.places.has(key)) this.places.set(key, { entry: at, chosen });
    }
  }
}
