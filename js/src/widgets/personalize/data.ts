// What the console for teaching a reader is given.
export interface Plan {
  facts: [string, string][];
  epochs: number;
  most_epochs: number;
  rate: string;
  highest_rate: string;
}

export interface PersonalizeData {
  title: string;
  version: number;
  versions: number;
  // Number, question, right words, document.
  corrections: [number, string, string, string][];
  plan: Plan | null;
  decided: string;
  losses: number[];
  report: { groups: unknown[]; forgets: boolean };
}

export interface State {
  state: string;
  stage: string;
  losses: number[];
  left: number | null;
}
