// The questions asked so far, the newest first; choosing one shows its answers again.
import type { Context } from "../../base/context";
import { el } from "../../base/dom";
import { percent } from "../../base/format";
import { ListBox } from "../../base/listbox";
import type { AskedData } from "./data";

export class History {
  readonly element: HTMLDetailsElement;
  private readonly summary = el("summary", {});
  private readonly list: ListBox;
  private readonly note = el("p", { class: "bk-muted" });

  constructor(context: Context, onChoose: (number: number) => void) {
    this.list = new ListBox("Questions asked", (id) => onChoose(Number(id)), context.signal);
    this.element = el("details", { class: "bk-history" }, this.summary, this.list.element, this.note);
    // Where nothing new can be asked, the recorded questions are what there is to do.
    this.element.open = !context.live;
  }

  show(history: AskedData[], chosen: number, leftOut: number): void {
    this.element.hidden = history.length === 0;
    this.summary.textContent = `Questions asked (${history.length + leftOut})`;
    this.note.textContent = leftOut ? `The first ${leftOut} are not listed; they are in .history.` : "";
    const items = [...history].reverse().map((asked) => ({ id: String(asked.number), content: line(asked) }));
    this.list.show(items, String(chosen));
  }

  choose(number: number): void {
    this.list.mark(String(number));
  }
}

function line({ question, answers, found, no_answer, stopped }: AskedData): HTMLElement[] {
  const best = found ? answers[0] : undefined;
  const told = best ? `${best.text}` : "no answer";
  const share = percent(best ? best.probability : no_answer);
  return [
    el("div", { dir: "auto" }, question),
    el("div", { class: "bk-muted" }, el("bdi", {}, told), `, ${share}${stopped ? ", stopped early" : ""}`),
  ];
}
