// In words: the chosen token with its characters, the chosen span and why it is not the answer, and hidden tokens.
import { Latest } from "../../base/channel";
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { percent } from "../../base/format";
import { failure } from "../../base/states";
import { type Change, type Range, type Scores, short, signed, type Verdict } from "./data";

const AROUND = 60;

export class Detail {
  readonly element: HTMLElement;
  private readonly context: Context;
  private readonly onHide: (token: number) => void;
  private readonly span = el("div", {});
  private readonly token = el("div", {});
  private readonly hidden = el("div", {});
  private readonly latest = new Latest();
  private asked = "";

  constructor(context: Context, onHide: (token: number) => void) {
    this.context = context;
    this.onHide = onHide;
    this.element = el("div", {}, this.span, this.token, this.hidden);
  }

  show(scores: Scores, token: number, span: Range, hidden: number[]): void {
    this.showToken(scores, token, hidden.includes(token));
    const asked = [scores.window, scores.longest, ...span].join(" ");
    if (!scores.spans.length) replace(this.span);
    else if (asked !== this.asked) void this.ask(scores, span);
    this.asked = asked;
  }

  // What became of the answer without the hidden tokens.
  change(change: Change | undefined, error?: unknown): void {
    if (error !== undefined) replace(this.hidden, failure(error));
    else if (!change) replace(this.hidden);
    else {
      const after = change.no_answer ? `${short(change.after.text)} ("no answer" leads it)` : short(change.after.text);
      const kept = change.kept_score === null ? "not counted" : signed(change.kept_score);
      const rows = definitions([
        ["before", `${short(change.before.text)} ${signed(change.before.score)}`],
        ["after", `${after} ${signed(change.after.score)}`],
        ["the first one keeps", kept],
      ]);
      replace(this.hidden, el("h3", {}, change.same ? "With tokens hidden: the same answer" : "With tokens hidden: another answer"), rows);
      this.context.announce(change.sentence);
    }
  }

  private async ask(scores: Scores, [first, last]: Range): Promise<void> {
    const { window, longest } = scores;
    try {
      const answer = await this.latest.run((signal) => this.context.ask<Verdict>("why", { window, longest, first, last }, { signal }));
      if (answer) this.showSpan(scores, answer.data);
    } catch (error) {
      replace(this.span, el("h3", {}, `Tokens ${first} to ${last}`), failure(error));
    }
  }

  private showSpan(scores: Scores, verdict: Verdict): void {
    const title = verdict.rank === 1 ? "The best span" : "Why not this span";
    const together = verdict.score === null ? "not counted" : signed(verdict.score);
    const parts = definitions([
      ["tokens", `${verdict.first} to ${verdict.last}, characters ${verdict.start} to ${verdict.end}`],
      ["score", `${together} = start ${signed(verdict.start_lead)}, end ${signed(verdict.end_lead)}`],
    ]);
    const reasons = el("ul", { class: "bk-reasons" }, ...verdict.reasons.map((reason) => el("li", {}, reason)));
    replace(this.span, el("h3", {}, title), context(scores, verdict.start, verdict.end), parts, reasons);
    this.context.announce(`${title}: ${verdict.text}. ${verdict.reasons.join(" ")}`);
  }

  private showToken(scores: Scores, at: number, hidden: boolean): void {
    const [start, end] = [scores.start[at] ?? null, scores.end[at] ?? null];
    const side = scores.part[at] === "question" ? " of the question" : "";
    const marks = [scores.opens[at] ? "" : "inside a word", scores.unknown[at] ? "unknown to the vocabulary" : ""].filter(Boolean);
    const rows: [string, string][] = [
      ["piece", `${scores.piece[at]}, id ${scores.id[at]}${marks.length ? `, ${marks.join(", ")}` : ""}`],
      ["characters", start === null ? "none: a special token" : `${start} to ${end}${side}`],
      ["as the start", `${percent(scores.start_share[at] ?? 0)}, ${signed(scores.start_lead[at] ?? 0)} over "no answer"`],
      ["as the end", `${percent(scores.end_share[at] ?? 0)}, ${signed(scores.end_lead[at] ?? 0)} over "no answer"`],
    ];
    const button = el("button", { type: "button", class: "bk-button bk-small", onclick: () => this.onHide(at) }, hidden ? "Show this token again" : "Hide this token and ask again");
    const whole = scores.part[at] === "passage" && start !== null && end !== null ? context(scores, start, end) : null;
    replace(this.token, el("h3", {}, `Token ${at}, ${scores.part[at]}`), definitions(rows), whole, scores.part[at] === "special" ? null : button);
  }
}

// The original text around some of its characters. Offsets count code points.
function context(scores: Scores, start: number, end: number): HTMLElement {
  const text = [...scores.text];
  const [from, to] = [start - scores.offset, end - scores.offset];
  const part = (first: number, last: number): string => text.slice(Math.max(0, first), last).join("");
  return el("p", { class: "bk-context" }, from > AROUND ? "…" : "", part(from - AROUND, from), el("mark", {}, part(from, to)), part(to, to + AROUND), to + AROUND < text.length ? "…" : "");
}

function definitions(rows: [string, string][]): HTMLElement {
  return el("dl", { class: "bk-definitions" }, ...rows.flatMap(([term, words]) => [el("dt", {}, term), el("dd", {}, words)]));
}
