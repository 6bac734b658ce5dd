// What bertkit/widgets/parity/values.py writes.

// Layer, original, largest error, its height from 0 to 1, cosine, signal to noise in decibels, mark; null: not finite.
export type Module = [layer: string, original: string, error: number | null, level: number, cosine: number | null, snr: number | null, mark: string];

export interface Parity {
  complete: boolean;
  statement: string;
  tolerance: number;
  // Height of the tolerance.
  level: number;
  modules: Module[];
  answer: string | null;
  // Name, settings, answer, whether it is the original's, largest error of a logit.
  engines: [string, string, string, boolean, number | null][];
}

export interface ParityData {
  title: string;
  facts: string[];
  note: string;
  tolerance: number;
  parity: Parity | null;
}

export const short = (value: number | null): string => (value === null ? "not finite" : value === 0 ? "0" : value.toExponential(1));
