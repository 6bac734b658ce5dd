// What bertkit/widgets/workbench/values.py writes.
import type { Scores } from "../answer_span/data";
import type { MapData, Measure } from "../model_map/data";

// Shape, least, greatest, mean, standard deviation, how many are not finite.
export type Summary = [(number | null)[], number, number, number, number, number];

export interface AnswerData {
  text: string;
  probability: number;
  score: number;
  page: number | null;
  heading: string | null;
  before: string;
  after: string;
  cut: [boolean, boolean];
}

// Name, layer, the best span there, the answer's rank, probabilities of its start and end.
export type Stage = [string, string, string, number, number, number];

export interface RunData {
  question: string;
  engine: string;
  answer_ms: number;
  look_ms: number;
  window: number;
  windows: number;
  length: number;
  layers: { [name: string]: Summary };
  answers: AnswerData[];
  no_answer: { score: number; probability: number; wins: boolean };
  scores: Scores;
  lens: { sentence: string; appears: number; stages: Stage[] };
}

export interface ComparisonData {
  a: string;
  b: string;
  same_answer: boolean;
  sentences: string[];
  layers: { [name: string]: number };
  stages: { [name: string]: number };
}

export interface BenchData extends MapData {
  document: { name: string; characters: number };
  models: string[];
  attentions: string[];
  hidden: string[];
  suggestions: string[];
  questions: string[];
  question: string;
  pinned: string;
  runs: { [question: string]: RunData[] };
}

export type { Measure };
