// "This is ...": an emoji found by its name, or a word, and the drawings that teach it.
import { Latest } from "../../base/channel";
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { plural } from "../../base/format";
import { ListBox } from "../../base/listbox";
import { search } from "../../base/search";
import { failure } from "../../base/states";
import { TaskPlace } from "../../base/task";
import { type Change, type Named, spoken, type Stroke, WANTED } from "./data";
import { comparison } from "./guesses";
import { thumbnail } from "./ink";
import type { Pad } from "./pad";

export class Teach {
  readonly element: HTMLElement;
  private readonly context: Context;
  private readonly pad: Pad;
  private readonly side: number;
  private chosen: Named | undefined;
  private found: Named[] = [];
  private kept: Stroke[][] = [];
  private readonly list: ListBox;
  private readonly problem = el("div", {});
  private readonly row = el("div", { class: "bk-kept" });
  private readonly keep = el("button", { type: "button", class: "bk-button", onclick: () => this.keepDrawing() });
  private readonly learn = el("button", { type: "button", class: "bk-button bk-button-main", onclick: () => void this.teach() });
  private readonly result: TaskPlace<Change>;
  private readonly looking = new Latest();

  constructor(context: Context, pad: Pad, side: number) {
    this.context = context;
    this.pad = pad;
    this.side = side;
    this.list = new ListBox("Emoji found", (id) => this.choose(id), context.signal);
    this.result = new TaskPlace(context);
    const field = search("This is … (search by name)", context.keys, (words) => void this.look(words));
    this.element = el("div", { class: "bk-teach" }, field, this.list.element, this.row, el("div", { class: "bk-row" }, this.keep, this.learn), this.problem, this.result.element);
    void this.look("");
    this.follow();
  }

  // The pad changed.
  follow(): void {
    const drawings = this.drawings.length;
    const [first = "it"] = this.chosen ? [spoken(this.chosen)] : [];
    this.keep.textContent = `Keep this drawing (${Math.min(this.kept.length + 1, WANTED)} of ${WANTED})`;
    this.keep.disabled = this.pad.empty || this.kept.length >= WANTED;
    this.learn.textContent = drawings ? `Teach ${first} with ${plural(drawings, "drawing")}` : `Teach ${first}`;
    this.learn.disabled = !this.chosen || !drawings;
    const next = this.chosen ? `Draw ${this.chosen.name} three times, each as you like.` : "Choose what it is, then draw it three times.";
    const thumbs = this.kept.map((strokes, at) => el("button", { type: "button", class: "bk-kept-one", title: "Take this drawing out", "aria-label": `Take drawing ${at + 1} out`, onclick: () => this.drop(at) }, thumbnail(strokes, this.side)));
    replace(this.row, ...thumbs, el("span", { class: "bk-muted" }, thumbs.length ? `${plural(thumbs.length, "drawing")} kept; press one to take it out.` : next));
  }

  private get drawings(): Stroke[][] {
    return this.pad.empty ? this.kept : [...this.kept, this.pad.strokes];
  }

  private keepDrawing(): void {
    this.kept.push(this.pad.strokes);
    const left = WANTED - this.kept.length;
    this.pad.show([]);
    this.context.announce(left > 0 ? `Drawing kept. ${left} to go: draw it again.` : "Three drawings kept. Press Teach.");
    this.follow();
  }

  private drop(at: number): void {
    this.kept.splice(at, 1);
    this.follow();
  }

  private async look(words: string): Promise<void> {
    try {
      const answer = await this.looking.run((signal) => this.context.ask<Named[]>("names", { words }, { signal }));
      if (!answer) return;
      const word = words.trim();
      this.found = word ? [...answer.data, { emoji: word, name: word }] : answer.data;
      replace(this.problem);
      this.list.show(this.found.map((each) => ({ id: each.emoji, content: item(each) })), this.chosen?.emoji ?? "");
    } catch (error) {
      replace(this.problem, failure(error));
    }
  }

  private choose(emoji: string): void {
    this.chosen = this.found.find((each) => each.emoji === emoji);
    this.follow();
  }

  private async teach(): Promise<void> {
    const { chosen, drawings } = this;
    if (!chosen || !drawings.length) return;
    const parameters = { drawings: JSON.stringify(drawings), emoji: chosen.emoji };
    await this.result.run(`Learning ${chosen.name}`, "teach", parameters, ({ data }) => {
      this.kept = [];
      this.pad.show(drawings[drawings.length - 1] ?? []);
      replace(this.result.element, el("p", { role: "status" }, `Taught ${spoken(chosen)} with ${plural(drawings.length, "drawing")}. The last of them:`), comparison(data));
      this.follow();
    });
  }
}

function item({ emoji, name }: Named): HTMLElement[] {
  const own = emoji === name;
  return [el("span", { class: "bk-emoji" }, own ? "" : emoji), el("span", {}, own ? `the word "${name}"` : name)];
}
