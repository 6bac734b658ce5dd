// Start and end by token, the best spans, the tokens themselves, and why the selected span is or is not the answer.
import { Latest } from "../../base/channel";
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { percent } from "../../base/format";
import { failure } from "../../base/states";
import { Chart } from "../answer_span/chart";
import { lastPassage, type Range, type Scores, type Verdict } from "../answer_span/data";
import { Tokens } from "../answer_span/tokens";
import type { Side } from "./session";

const DRAWN = 5;

export class SpanPart {
  readonly element: HTMLElement;
  private readonly context: Context;
  private readonly side: Side;
  private readonly chart: Chart;
  private readonly tokens: Tokens;
  private readonly verdict = el("div", { class: "bk-bench-verdict" });
  private readonly asked = new Latest();
  private judged = "";

  constructor(context: Context, side: Side, signal: AbortSignal) {
    this.context = context;
    this.side = side;
    const onToken = (token: number): void => context.selection.set({ token });
    const onSpan = (span: Range): void => context.selection.set({ span, token: span[0] });
    this.chart = new Chart({ onToken, onSpan, onRange: () => {}, signal });
    this.tokens = new Tokens({ onToken, onSpan, onStep: (by) => this.step(by), onHide: () => {}, signal });
    const { run } = side;
    const window = `Window ${run.window + 1} of ${run.windows}. Select a token to follow it through the layers.`;
    this.element = el(
      "div",
      {},
      el("div", { class: "bk-row bk-bench-tight" }, el("h3", {}, "Start and end by token"), this.nearness()),
      this.chart.element,
      this.verdict,
      el("h3", {}, "Tokens"),
      el("p", { class: "bk-muted" }, window),
      this.tokens.element,
    );
    context.selection.subscribe(() => this.show(), signal);
    this.show();
  }

  private get scores(): Scores {
    return this.side.run.scores;
  }

  private nearness(): HTMLElement {
    const button = el("button", { type: "button", class: "bk-button bk-small", "aria-pressed": String(this.context.option("near", false)) }, "near the span");
    button.addEventListener("click", () => {
      this.context.setOption("near", !this.context.option("near", false));
      button.setAttribute("aria-pressed", String(this.context.option("near", false)));
      this.show();
    });
    return button;
  }

  // The selected span, or without one the answer.
  private get span(): Range {
    const best = this.scores.spans[0];
    const [first, last] = this.context.selection.value.span ?? [best?.first ?? 0, best?.last ?? 0];
    const inside = first >= this.scores.passage && last <= lastPassage(this.scores) && first <= last;
    return inside ? [first, last] : [best?.first ?? 0, best?.last ?? 0];
  }

  private show(): void {
    const { scores, span } = this;
    const token = Math.min(this.context.selection.value.token ?? span[0], scores.piece.length - 1);
    const near = this.context.option("near", false);
    const spans = scores.spans.slice(0, DRAWN);
    this.chart.show({ scores: { ...scores, spans }, token, span, near, change: undefined });
    this.tokens.show(scores, token, span, []);
    if (this.judged === String(span)) return;
    this.judged = String(span);
    void this.judge(span);
  }

  private async judge([first, last]: Range): Promise<void> {
    const { run, model } = this.side;
    const found = this.scores.spans.find((span) => span.first === first && span.last === last);
    const share = found ? `, ${percent(found.probability)} in this window` : "";
    try {
      const parameters = { question: run.question, side: model, first, last };
      const answer = await this.asked.run((signal) => this.context.ask<Verdict>("why", parameters, { signal }));
      if (!answer) return;
      const { text, reasons } = answer.data;
      replace(this.verdict, el("p", {}, el("strong", {}, `“${text}”${share}. `), reasons.join(" ")));
    } catch (error) {
      replace(this.verdict, failure(error));
    }
  }

  // The next of the best spans.
  private step(by: number): void {
    const { spans } = this.scores;
    const [first, last] = this.span;
    const at = spans.findIndex((span) => span.first === first && span.last === last);
    const next = spans[Math.min(Math.max(at + by, 0), spans.length - 1)];
    if (next) this.context.selection.set({ span: [next.first, next.last], token: next.first });
  }
}
