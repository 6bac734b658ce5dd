// What bertkit/widgets/cost_map/values.py writes.

// Name, type, node around it, path (of a layer its name in the file), family, whether it is a layer.
export type Node = [name: string, kind: string, parent: number, path: string, family: string, layer: boolean];

// Milliseconds: median, and the ends of the middle half.
export type Timing = [median: number, low: number, high: number];

export interface Cost {
  name: string;
  statement: string;
  gapped: boolean;
  facts: string[];
  whole: Timing;
  times: (Timing | null)[];
  // Of each node: where it begins and how long it is, as shares of the whole; its column.
  bars: [start: number, length: number, depth: number][];
}

export interface CostData {
  title: string;
  facts: string[];
  note: string;
  lengths: number[];
  chosen: number[];
  runs: number;
  nodes: Node[];
  costs: Cost[];
}

export function milliseconds(value: number): string {
  return `${value < 100 ? Number(value.toPrecision(3)) : Math.round(value)} ms`;
}

export function inside(nodes: Node[], at: number, around: number): boolean {
  for (let up = at; up >= 0; up = (nodes[up] as Node)[2]) if (up === around) return true;
  return false;
}
