// What layers are compared by: parameters, bytes, or something measured.
import { bytes, count } from "../../base/format";
import type { Atlas, Chosen } from "./data";

export interface Cost {
  name: string;
  title: string;
  // Of one copy of a layer; 0 where there is none.
  of: (layer: number, chosen: Chosen) => number;
  // Of all copies of the layers of a module.
  total: (entry: number) => number;
  text: (value: number) => string;
}

export function costs(atlas: Atlas): Cost[] {
  const whole = (entry: number, own: (at: number) => number): number => {
    const { first, count: length } = atlas.entry(entry);
    let sum = 0;
    for (let at = first; at < first + length; at++) sum += own(at);
    return sum;
  };
  const stored = (name: "parameters" | "bytes", text: (value: number) => string): Cost => ({
    name,
    title: name,
    of: (layer) => atlas.layer(layer)[name],
    total: (entry) => whole(entry, (at) => atlas.layer(at)[name] * atlas.layer(at).names.length),
    text,
  });
  const measured = atlas.data.measures.map(
    (measure): Cost => ({
      name: measure.name,
      title: measure.unit ? `${measure.name} (${measure.unit})` : measure.name,
      of: (layer, chosen) => measure.values[layer]?.[atlas.copy(layer, chosen)] ?? 0,
      total: (entry) => whole(entry, (at) => (measure.values[at] ?? []).reduce((sum: number, value) => sum + (value ?? 0), 0)),
      text: (value) => `${Number(value.toPrecision(3))}${measure.unit ? ` ${measure.unit}` : ""}`,
    }),
  );
  return [stored("parameters", count), stored("bytes", bytes), ...measured];
}
