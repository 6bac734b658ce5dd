// The answer without: hide a token or silence heads, ask again, and keep what was tried.
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { TaskPlace } from "../../base/task";
import type { AttentionData, Change, Place } from "./data";
import { cut } from "./links";

export interface Aim {
  places: Place[];
  token: number | undefined;
}

export class Tried {
  readonly element: HTMLElement;
  private readonly context: Context;
  private readonly data: AttentionData;
  private readonly aim: () => Aim;
  private readonly buttons = el("div", { class: "bk-row" });
  private readonly list = el("ul", { class: "bk-tried" });
  // The latest first.
  private changes: Change[];
  private readonly task: TaskPlace<Change>;
  private readonly silence = el("button", { type: "button", class: "bk-button", onclick: () => this.run("silence") });
  private readonly hide = el("button", { type: "button", class: "bk-button", onclick: () => this.run("hide") });

  constructor(context: Context, data: AttentionData, aim: () => Aim) {
    this.context = context;
    this.data = data;
    this.task = new TaskPlace(context);
    this.aim = aim;
    this.changes = [...data.changes].reverse();
    this.buttons.append(this.silence, this.hide);
    this.element = el("div", { class: "bk-detail" }, el("h3", {}, "The answer without"), context.live ? this.buttons : null, this.task.element, this.list);
    this.draw();
  }

  // Names what the buttons do, for what is selected now.
  update(): void {
    const { places, token } = this.aim();
    const part = token === undefined ? "" : this.data.tokens.parts[token];
    const word = part === "question" || part === "passage";
    this.silence.textContent = places.length > 1 ? `Silence these ${places.length} heads` : "Silence this head";
    this.hide.textContent = word ? `Hide “${cut(this.data.tokens.pieces[token as number] ?? "")}” (${token})` : "Hide a token: select one above";
    this.hide.disabled = !word;
  }

  private run(method: "silence" | "hide"): void {
    const { places, token } = this.aim();
    const parameters = method === "hide" ? { token: token ?? 0 } : { heads: places.map((place) => place.join(".")).join(" ") };
    void this.task.run("Ask again", method, parameters, ({ data: change }) => {
      this.changes = [change, ...this.changes.filter((old) => old.change !== change.change)];
      replace(this.task.element);
      this.context.announce(change.text);
      this.draw();
    });
  }

  private draw(): void {
    const items = this.changes.map((change) => {
      const outcome = change.same ? "same answer" : change.no_answer ? "no answer" : "another answer";
      const after = change.same ? "" : ` → “${change.after}”`;
      return el(
        "li",
        {},
        el("span", { class: change.same ? "bk-mark bk-same" : "bk-mark" }, outcome),
        ` ${change.change}: “${change.before}”${after} `,
        el("span", { class: "bk-muted" }, `score ${change.score.toFixed(2)} → ${change.kept.toFixed(2)}`),
      );
    });
    if (!items.length) items.push(el("li", { class: "bk-muted" }, this.context.live ? "Nothing tried yet. Silence a head or hide a token to see what the answer does without it." : "Nothing was tried. Open the model in a notebook to silence a head or hide a token."));
    replace(this.list, ...items);
  }
}
