// Start and end curves of the window with the best spans below, for the whole row or near the chosen span.
import { curves, LEFT, placeAt } from "../../base/curve";
import { el, replace } from "../../base/dom";
import { percent } from "../../base/format";
import { type Change, type Range, type Scores, short } from "./data";

const ROOM = 40;
const FEWEST = 7;

export interface Shown {
  scores: Scores;
  token: number;
  span: Range;
  near: boolean;
  change: Change | undefined;
}

export class Chart {
  readonly element: HTMLElement = el("div", { class: "bk-chart" });
  private shown: Shown | undefined;
  private readonly onToken: (token: number) => void;
  private readonly onSpan: (span: Range) => void;
  private readonly onRange: () => void;
  private asked = "";

  constructor(options: { onToken: (token: number) => void; onSpan: (span: Range) => void; onRange: () => void; signal: AbortSignal }) {
    ({ onToken: this.onToken, onSpan: this.onSpan, onRange: this.onRange } = options);
    const observer = new ResizeObserver(() => this.draw());
    observer.observe(this.element);
    options.signal.addEventListener("abort", () => observer.disconnect(), { once: true });
    this.element.addEventListener("click", (event) => this.clicked(event), { signal: options.signal });
  }

  // The tokens shown, from the first up to, not including, the last.
  get range(): Range {
    const { scores, span, token, near } = this.shown as Shown;
    const all = scores.piece.length;
    if (!near) return [0, all];
    const room = Math.max(FEWEST, Math.floor((this.element.clientWidth - LEFT) / ROOM));
    if (room >= all) return [0, all];
    const middle = token >= span[0] && token <= span[1] ? (span[0] + span[1]) / 2 : token;
    const from = Math.max(0, Math.min(Math.round(middle - room / 2), all - room));
    return [from, from + room];
  }

  show(shown: Shown): void {
    this.shown = shown;
    this.draw();
  }

  private draw(): void {
    const width = this.element.clientWidth;
    if (!this.shown || !width) return;
    const { scores, span, token, change } = this.shown;
    const [from, to] = this.range;
    const bands = scores.spans.map((found, rank) => ({
      ...found,
      label: `${rank + 1} ${short(found.text)}`,
      best: rank === 0,
      chosen: found.first === span[0] && found.last === span[1],
      onClick: () => this.onSpan([found.first, found.last]),
    }));
    const up = { name: "start", shares: scores.start_share, other: change?.start_share };
    const down = { name: "end", shares: scores.end_share, other: change?.end_share };
    replace(this.element, curves({ label: this.label(), width, from, to, up, down, bands, names: scores.piece, at: token }));
    const range = `${from} ${to}`;
    if (range !== this.asked) this.onRange();
    this.asked = range;
  }

  private label(): string {
    const { scores, change } = this.shown as Shown;
    const highest = (shares: number[]): string => {
      const at = shares.reduce((best, share, place) => (share > (shares[best] as number) ? place : best), 0);
      return `${percent(shares[at] as number)} at token ${at}, "${scores.piece[at]}"`;
    };
    const after = change ? " Dashed: with tokens hidden." : "";
    return `Shares of each token as the start (up) and as the end (down) of the answer. Highest: start ${highest(scores.start_share)}; end ${highest(scores.end_share)}.${after}`;
  }

  private clicked(event: MouseEvent): void {
    if ((event.target as Element).closest(".bk-band")) return;
    const [from, to] = this.range;
    const token = placeAt(event, this.element, { from, to });
    if (token !== undefined) this.onToken(token);
  }
}
