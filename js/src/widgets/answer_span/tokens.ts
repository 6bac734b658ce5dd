// The tokens of a row as running text. One tab stop: left and right from token to token, with Shift to take a span.
import { setActive } from "../../base/active";
import { el, replace, uniqueId } from "../../base/dom";
import { percent } from "../../base/format";
import type { Range, Scores } from "./data";

export interface TokensOptions {
  onToken: (token: number) => void;
  onSpan: (span: Range) => void;
  // Up and down: the next of the best spans.
  onStep: (by: number) => void;
  onHide: (token: number) => void;
  signal: AbortSignal;
}

const MOVES: { [key: string]: number } = { ArrowLeft: -1, ArrowRight: 1, Home: -1e6, End: 1e6 };

export class Tokens {
  readonly element: HTMLElement;
  private readonly options: TokensOptions;
  private items: HTMLElement[] = [];
  private scores: Scores | undefined;
  private token = 0;
  // Where a span that is being taken began.
  private anchor = -1;

  constructor(options: TokensOptions) {
    this.options = options;
    this.element = el("div", { class: "bk-pieces", role: "listbox", tabindex: 0, "aria-label": "Tokens of the window" });
    this.element.addEventListener("keydown", (event) => this.pressed(event), { signal: options.signal });
    this.element.addEventListener("pointerdown", (event) => this.down(event), { signal: options.signal });
    this.element.addEventListener("pointerover", (event) => this.dragged(event), { signal: options.signal });
    this.element.addEventListener("pointerup", () => (this.anchor = -1), { signal: options.signal });
  }

  show(scores: Scores, token: number, span: Range, hidden: number[]): void {
    if (this.scores !== scores) this.draw(scores);
    this.token = token;
    const best = scores.spans[0];
    this.items.forEach((item, at) => {
      const inside = at >= span[0] && at <= span[1];
      item.setAttribute("aria-selected", String(at === token));
      item.classList.toggle("bk-piece-span", inside);
      item.classList.toggle("bk-piece-first", at === span[0]);
      item.classList.toggle("bk-piece-last", at === span[1]);
      item.classList.toggle("bk-piece-best", best !== undefined && at >= best.first && at <= best.last);
      item.classList.toggle("bk-piece-hidden", hidden.includes(at));
    });
    setActive(this.element, this.items[token]);
  }

  private draw(scores: Scores): void {
    this.scores = scores;
    this.items = scores.piece.map((piece, at) => {
      const glued = scores.opens[at] ? "" : " bk-piece-inside";
      const label = `${piece}, token ${at}, start ${percent(scores.start_share[at] ?? 0)}, end ${percent(scores.end_share[at] ?? 0)}`;
      const item = el("span", { role: "option", id: uniqueId(), class: `bk-piece bk-piece-${scores.part[at]}${glued}`, "aria-label": label }, piece || "·");
      item.dataset["bkAt"] = String(at);
      return item;
    });
    const padding = scores.padding ? el("span", { class: "bk-muted", role: "presentation" }, ` ${scores.padding} of padding`) : null;
    replace(this.element, ...this.items, padding);
  }

  private pressed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = MOVES[event.key];
    if (move !== undefined) this.move(this.token + move, event.shiftKey);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") this.options.onStep(event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "h") this.options.onHide(this.token);
    else return;
    if (!event.shiftKey) this.anchor = -1;
    event.preventDefault();
  }

  private move(to: number, extend: boolean): void {
    const next = Math.max(0, Math.min(to, this.items.length - 1));
    if (extend && this.anchor < 0) this.anchor = this.token;
    if (extend) this.take(next);
    else this.options.onToken(next);
  }

  // Takes the passage's tokens between the anchor and here as a span.
  private take(to: number): void {
    if (this.scores?.part[to] !== "passage" || this.scores.part[this.anchor] !== "passage") return;
    this.token = to;
    this.options.onSpan([Math.min(this.anchor, to), Math.max(this.anchor, to)]);
    this.options.onToken(to);
  }

  private down(event: PointerEvent): void {
    const at = place(event);
    if (at === undefined) return;
    if (event.shiftKey) {
      this.anchor = this.token;
      this.take(at);
      this.anchor = -1;
      return;
    }
    this.anchor = at;
    this.options.onToken(at);
  }

  private dragged(event: PointerEvent): void {
    const at = place(event);
    if (event.buttons === 1 && at !== undefined && this.anchor >= 0 && at !== this.token) this.take(at);
  }
}

function place({ target }: Event): number | undefined {
  const at = (target as HTMLElement).dataset["bkAt"];
  return at === undefined ? undefined : Number(at);
}
