// What bertkit/widgets/tokenizer_view/values.py sends, and where a token stands.

export interface Columns {
  piece: string[];
  id: number[];
  start: number[];
  end: number[];
  opens: boolean[];
  unknown: boolean[];
}

export interface Row extends Columns {
  window: number;
  text: string;
  offset: number;
}

// First and last token, first character and the one after the last, tokens shared before and after, row length.
export type Window = [number, number, number, number, number, number, number];
type Special = [string, number];

export interface TokenizerData {
  title: string;
  source: string;
  reference: boolean;
  version: number;
  facts: string[];
  question: string;
  text: string | null;
  asked: Columns;
  prefix: Special[];
  middle: Special[];
  suffix: Special[];
  pad: Special;
  types: [number, number];
  counts_from: number;
  windows: Window[];
  row: Row;
}

export interface Difference {
  part: string;
  side: string;
  piece: string;
  id: number;
  start: number;
  end: number;
  text: string;
}

// Where the passage begins in every row.
export function passageStart({ prefix, asked, middle }: TokenizerData): number {
  return prefix.length + asked.id.length + middle.length;
}

export function tokenCount({ windows }: TokenizerData): number {
  return (windows[windows.length - 1]?.[1] ?? -1) + 1;
}

// The first window that holds a token of the document.
export function windowOf({ windows }: TokenizerData, token: number): number {
  let [low, high] = [0, windows.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((windows[middle]?.[1] ?? 0) >= token) high = middle;
    else low = middle + 1;
  }
  return low;
}
