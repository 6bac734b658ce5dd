// What bertkit/widgets/draw_pad/values.py sends, and drawings as it takes them.

// x, y and, if the pen told it, pressure: places of 0 to `side`, pressures of 0 to 100, all whole numbers.
export type Stroke = [number[], number[], number[]?];

export interface Guess {
  emoji: string;
  name: string;
  score: number;
}

export interface Named {
  emoji: string;
  name: string;
}

export interface Example extends Named {
  number: number;
  strokes: Stroke[];
}

export interface PadData {
  title: string;
  side: number;
  sketch: number;
  strokes: Stroke[];
  guesses: Guess[];
  known: number;
  examples: Example[];
  can_undo: boolean;
}

export interface Change {
  before: Guess[];
  after: Guess[];
}

export const WANTED = 3;

// An emoji with its name, which stands alone where the label is a word.
export function spoken({ emoji, name }: Named): string {
  return emoji === name ? name : `${emoji} ${name}`;
}
