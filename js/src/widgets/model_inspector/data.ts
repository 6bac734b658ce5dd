// What bertkit/widgets/model_inspector/panel.py returns as its view.

// Name, type, optional, description.
export type Feature = [string, string, boolean, string];

export interface FunctionData {
  name: string;
  inputs: Feature[];
  outputs: Feature[];
  states: Feature[];
  label: string;
  probabilities: string;
}

export interface Parameters {
  count: number;
  bytes: number;
  arrays: number;
  // Storage, numbers, bytes.
  storage: [string, number, number][];
  // Depth, name, numbers, bytes, updatable.
  modules: [number, string, number, number, boolean][];
  // Path, bytes, x, y, width, height.
  map: [string, number, number, number, number, number][];
  map_size: [number, number];
  // Name, shape, storage, numbers, bytes, updatable.
  rows: [string, number[], string, number, number, boolean][];
}

export interface Update {
  layers: string[];
  losses: string[];
  facts: [string, string][];
  // Name, default, allowed values.
  numbers: [string, string, string][];
}

export interface InspectorData {
  title: string;
  facts: string[];
  updatable: boolean;
  metadata: {
    fields: [string, string][];
    // Key, value (cut), its length, meaning.
    user: [string, string, number, string][];
  };
  interface: FunctionData[];
  parameters: Parameters;
  update: Update | null;
  training: Feature[];
  // Rule, place, message.
  problems: [string, string, string][];
  // Name, bytes, role.
  files: [string, number, string][];
  other: string | null;
  // Area, name, kind, before, after.
  difference: { rows: [string, string, string, string, string][]; left_out: number } | null;
  code: string;
}
