// What was asked, what is shown as A and B, and how they compare.
import { Cancelled, Latest, type Progress } from "../../base/channel";
import type { Context } from "../../base/context";
import { same } from "../../base/model";
import type { BenchData, ComparisonData, Measure, RunData } from "./data";

// One run on the screen. Of two questions each is run by the first model; of two models each runs the question.
export interface Side {
  name: "" | "A" | "B";
  title: string;
  model: number;
  run: RunData;
}

export interface Work {
  label: string;
  cancel: () => void;
  onProgress: (listener: (progress: Progress) => void) => void;
}

export class Session {
  question = "";
  pinned = "";
  questions: string[] = [];
  comparison: ComparisonData | undefined;
  // What keeps Python busy now.
  work: Work | undefined;
  failure: unknown;
  private readonly context: Context;
  private readonly data: BenchData;
  private readonly onChange: () => void;
  private readonly runs = new Map<string, RunData[]>();
  private readonly asking = new Latest();
  private readonly comparing = new Latest();

  constructor(context: Context, data: BenchData, onChange: () => void) {
    this.context = context;
    this.data = data;
    this.onChange = onChange;
    this.take(data);
  }

  get twoModels(): boolean {
    return this.data.models.length > 1;
  }

  get sides(): Side[] {
    const shown = this.runs.get(this.question) ?? [];
    if (this.twoModels) return shown.map((run, model) => ({ name: model ? "B" : "A", title: this.data.models[model] ?? "", model, run }));
    const pinned = this.pinned && this.pinned !== this.question ? this.runs.get(this.pinned)?.[0] : undefined;
    const [run] = shown;
    if (!run) return [];
    if (!pinned) return [{ name: "", title: "", model: 0, run }];
    return [
      { name: "A", title: pinned.question, model: 0, run: pinned },
      { name: "B", title: run.question, model: 0, run },
    ];
  }

  // The run that was asked for last.
  get latest(): Side | undefined {
    return this.sides.at(-1);
  }

  // Takes over what Python shows now.
  update(data: BenchData): void {
    const before = [this.question, this.pinned];
    this.take(data);
    if (!same(before, [this.question, this.pinned])) void this.compare();
  }

  async ask(question: string): Promise<void> {
    await this.busy(`asking: ${question}`, this.asking, async (signal, onProgress) => {
      const { data } = await this.context.ask<{ question: string; runs: RunData[] }>("ask", { question }, { signal, onProgress });
      if (signal.aborted) return;
      this.runs.set(data.question, data.runs);
      this.question = data.question;
      this.questions = [data.question, ...this.questions.filter((other) => other !== data.question)];
      this.context.setOption("question", data.question);
      this.say();
    });
    await this.compare();
  }

  // Keeps the question that is shown as A; without one lets it go.
  async pin(question: string): Promise<void> {
    this.pinned = question;
    this.context.setOption("pinned", question);
    this.onChange();
    if (this.context.live) await this.context.ask("pin", { question });
    await this.compare();
  }

  async measure(): Promise<Measure | undefined> {
    let measure: Measure | undefined;
    await this.busy("measuring", this.asking, async (signal, onProgress) => {
      measure = (await this.context.ask<Measure>("measure", {}, { signal, onProgress })).data;
    });
    return measure;
  }

  async compare(): Promise<void> {
    const [a, b] = this.sides;
    this.comparison = undefined;
    if (!a || !b) return this.comparing.cancel();
    await this.busy("comparing A and B", this.comparing, async (signal, onProgress) => {
      const parameters = { a: a.run.question, b: b.run.question };
      const { data } = await this.context.ask<ComparisonData>("compare", parameters, { signal, onProgress });
      if (!signal.aborted) this.comparison = data;
    });
  }

  private take(data: BenchData): void {
    for (const [question, runs] of Object.entries(data.runs)) this.runs.set(question, runs);
    this.questions = data.questions;
    this.question = data.question;
    this.pinned = data.pinned;
  }

  private async busy(
    label: string,
    latest: Latest,
    act: (signal: AbortSignal, onProgress: (progress: Progress) => void) => Promise<void>,
  ): Promise<void> {
    let listener: (progress: Progress) => void = () => {};
    this.failure = undefined;
    const work: Work = { label, cancel: () => latest.cancel(), onProgress: (given) => (listener = given) };
    this.work = work;
    this.onChange();
    try {
      await latest.run((signal) => act(signal, (progress) => listener(progress)));
    } catch (error) {
      if (!(error instanceof Cancelled)) this.failure = error;
    }
    if (this.work === work) this.work = undefined;
    this.onChange();
  }

  private say(): void {
    const said = this.sides.map(({ name, run }) => {
      const best = run.no_answer.wins ? "no answer" : (run.answers[0]?.text ?? "no answer");
      return `${name} ${best}`.trim();
    });
    this.context.announce(`Answered: ${said.join("; ")}`);
  }
}
