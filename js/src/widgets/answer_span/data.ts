// What bertkit/widgets/answer_span/values.py sends.

export interface Place {
  first: number;
  last: number;
  start: number;
  end: number;
  text: string;
  score: number;
}

export interface Span extends Place {
  start_lead: number;
  end_lead: number;
  probability: number;
  lane: number;
  page: number | null;
}

// One entry a token of the row, padding left out.
export interface Scores {
  piece: string[];
  id: number[];
  part: ("special" | "question" | "passage")[];
  start: (number | null)[];
  end: (number | null)[];
  opens: boolean[];
  unknown: boolean[];
  start_share: number[];
  end_share: number[];
  start_lead: number[];
  end_lead: number[];
  window: number;
  longest: number;
  padding: number;
  // The first token of the passage.
  passage: number;
  text: string;
  offset: number;
  null_score: number;
  no_answer: number;
  counted: number;
  spans: Span[];
}

export interface AnswerData {
  title: string;
  facts: string[];
  longest: number;
  layered: boolean;
  // First and last token, first character and the one after the last, in the document.
  windows: [number, number, number, number][];
  scores: Scores;
}

export interface Verdict extends Omit<Place, "score"> {
  score: number | null;
  start_lead: number;
  end_lead: number;
  rank: number | null;
  reasons: string[];
}

export interface Change {
  sentence: string;
  same: boolean;
  no_answer: boolean;
  before: Place;
  after: Place;
  kept_score: number | null;
  start_share: number[];
  end_share: number[];
}

export interface Stage {
  name: string;
  layer: string;
  best: Place;
  answer_score: number;
  answer_rank: number;
  start_probability: number;
  end_probability: number;
}

export interface LensData {
  sentence: string;
  appears_at: number;
  answer: Place;
  stages: Stage[];
  tokens: number;
}

export interface AttributionData {
  method: string;
  runs: number;
  gap: number;
  answer: string;
  values: (number | null)[];
}

export type Range = [number, number];

export function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
}

export function lastPassage({ part }: Scores): number {
  return part.lastIndexOf("passage");
}

// Part of a span's text, for a line.
export function short(text: string, most = 48): string {
  const line = text.replace(/\s+/g, " ");
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`;
}
