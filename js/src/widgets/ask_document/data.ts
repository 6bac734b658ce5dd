// What bertkit/widgets/ask_document/panel.py returns. All offsets count characters (code points).

// Start, text, kind: 0 lines as they stand, 1 flowing, 2 a heading.
export type Paragraph = [number, string, number];

export interface Stretch {
  start: number;
  end: number;
}

export interface AnswerData extends Stretch {
  text: string;
  probability: number;
  // Page and heading in words.
  place: string;
  before: string;
  after: string;
  // Others that say the same: start, end, page.
  places: [number, number, number | null][];
  places_left_out: number;
}

export interface AskedData {
  // Its place in the history, -1 while it is being answered.
  number: number;
  question: string;
  answers: AnswerData[];
  // The probability that the document does not say.
  no_answer: number;
  // Whether an answer beats "no answer".
  found: boolean;
  scope: [number, number] | null;
  read: number;
  windows: number;
  seconds: number;
  stopped: boolean;
}

export interface DocumentData {
  facts: string[];
  length: number;
  // Where each page starts.
  pages: number[];
  parts: [number, number][];
}

export interface AskData {
  title: string;
  formats: string[];
  // Changes when another document is opened.
  number: number;
  document: DocumentData | null;
  first: Paragraph[];
  history: AskedData[];
  history_left_out: number;
  marked: [number, number] | null;
}

export function stretch(pair: [number, number] | null): Stretch | undefined {
  return pair ? { start: pair[0], end: pair[1] } : undefined;
}
