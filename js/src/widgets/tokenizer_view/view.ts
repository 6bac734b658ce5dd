// A question and a document as word pieces: text and pieces linked, every token in a table, windows by a slider.
import { Latest } from "../../base/channel";
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { plural } from "../../base/format";
import { Head } from "../../base/head";
import { Rows } from "../../base/rows";
import { failure } from "../../base/states";
import { TaskPlace } from "../../base/task";
import { type Columns, type Difference, passageStart, type Row, type TokenizerData, tokenCount, windowOf } from "./data";
import { Editor } from "./editor";
import { PieceText } from "./text";

const COLUMNS = ["position", "piece", "id", "segment", "characters", "text", ""];

export function tokenizerView(context: Context, body: HTMLElement): void {
  context.keys.add("← →", "from piece to piece in the text; from window to window on the slider");
  context.keys.add("↑ ↓ Home End", "from row to row in the table");
  context.eachData((current) => new TokenizerView(current, body, current.data<TokenizerData>()));
}

class TokenizerView {
  private readonly context: Context;
  private data: TokenizerData;
  private rows = new Map<number, Row>();
  private readonly wanted = new Set<number>();
  private readonly text: PieceText;
  private readonly table: Rows;
  private readonly top = new Head();
  private readonly problem = el("div", {});
  private readonly slider = el("input", { type: "range", min: 0, "aria-label": "Which window" });
  private readonly place = el("output", {});
  private readonly frame = el("div", { class: "bk-frame" });
  private readonly chosen = el("p", { class: "bk-chosen-piece", role: "status" });
  private readonly comparison: TaskPlace<{ tokens: number; differences: Difference[] }>;
  private readonly editing = new Latest();

  constructor(context: Context, body: HTMLElement, data: TokenizerData) {
    this.context = context;
    this.data = data;
    const { signal } = context;
    this.text = new PieceText((at) => this.select(this.window, passageStart(this.data) + at), signal);
    this.table = new Rows({ label: "Tokens of the question and the document", columns: COLUMNS, cells: (at) => this.cells(at), onSelect: (at) => this.go(at), signal });
    this.comparison = new TaskPlace(context);
    this.slider.addEventListener("input", () => this.select(this.slider.valueAsNumber, undefined), { signal });
    const editor = new Editor(context, data, (question, text) => void this.edit(question, text));
    const windows = el("label", { class: "bk-slider" }, el("span", { class: "bk-muted" }, "window"), this.slider, this.place);
    const left = el("div", { class: "bk-pane" }, el("h3", {}, "Text of the window, cut into pieces"), this.text.element, this.chosen, this.comparison.element);
    const right = el("div", { class: "bk-pane" }, el("h3", {}, "Every token"), this.table.element);
    replace(body, this.top.element, el("div", { class: "bk-pane" }, editor.element, this.problem, windows, this.frame), el("div", { class: "bk-panes bk-panes-even" }, left, right));
    context.selection.subscribe(() => this.follow(), signal);
    this.take(data);
  }

  // A new text, or the first.
  private take(data: TokenizerData): void {
    this.data = data;
    this.rows = new Map([[data.row.window, data.row]]);
    this.wanted.clear();
    this.top.say(data.title, [data.source, ...data.facts]);
    this.slider.max = String(data.windows.length - 1);
    this.slider.disabled = data.windows.length < 2;
    this.table.show(data.asked.id.length + tokenCount(data));
    if (data.reference) this.compare();
    this.follow();
  }

  private async edit(question: string, text: string | null): Promise<void> {
    try {
      const answer = await this.editing.run((signal) => this.context.ask<TokenizerData>("edit", { question, text }, { signal }));
      if (!answer) return;
      replace(this.problem);
      this.take(answer.data);
    } catch (error) {
      replace(this.problem, failure(error));
    }
  }

  private get window(): number {
    return Math.min(this.context.selection.value.window ?? 0, this.data.windows.length - 1);
  }

  private select(window: number, token: number | undefined): void {
    this.context.selection.set({ window, token });
  }

  // Takes over what is selected, here or in a linked view.
  private follow(): void {
    const { window, data } = this;
    this.slider.value = String(window);
    const [first, last, start, end, before] = data.windows[window] as TokenizerData["windows"][number];
    const shared = before ? `, ${plural(before, "token")} shared with the one before` : "";
    const words = `${window + 1} of ${data.windows.length}`;
    this.place.textContent = words;
    this.slider.setAttribute("aria-valuetext", `${words}, tokens ${first} to ${last}, characters ${start} to ${end}${shared}`);
    this.fillFrame();
    const at = this.at;
    this.table.select(at);
    const row = this.row(window);
    if (row) this.text.show(row, at - data.asked.id.length - first);
    this.tell(at);
  }

  // The place in the table of the selected token, -1 for none.
  private get at(): number {
    const { token } = this.context.selection.value;
    const { asked, prefix, windows } = this.data;
    const start = passageStart(this.data);
    const [first = 0, last = 0] = windows[this.window] ?? [];
    if (token === undefined) return asked.id.length + first;
    if (token < start) return token >= prefix.length && token < prefix.length + asked.id.length ? token - prefix.length : -1;
    return first + token - start <= last ? asked.id.length + first + token - start : -1;
  }

  // Selects the token in a row of the table, in this window where it holds it.
  private go(at: number): void {
    const { asked, prefix, windows } = this.data;
    const token = at - asked.id.length;
    if (token < 0) return this.select(this.window, prefix.length + at);
    const [first = 0, last = -1] = windows[this.window] ?? [];
    const window = token >= first && token <= last ? this.window : windowOf(this.data, token);
    this.select(window, passageStart(this.data) + token - (windows[window]?.[0] ?? 0));
  }

  // A window's tokens, asked for when they are not known yet.
  private row(window: number): Row | undefined {
    const known = this.rows.get(window);
    if (!known && !this.wanted.has(window)) void this.fetch(window);
    return known;
  }

  private async fetch(window: number): Promise<void> {
    const { rows, data } = this;
    this.wanted.add(window);
    try {
      const answer = await this.context.ask<Row>("row", { version: data.version, window }, { signal: this.context.signal });
      rows.set(window, answer.data);
      if (rows !== this.rows) return;
      this.table.draw();
      if (window === this.window) this.follow();
    } catch (error) {
      if (rows === this.rows && !this.context.signal.aborted) replace(this.problem, failure(error));
    }
  }

  // A token's columns and its place in them.
  private find(at: number): { from: Columns; place: number; position: number | undefined; question: boolean } | undefined {
    const { asked, prefix, windows, counts_from } = this.data;
    const token = at - asked.id.length;
    if (token < 0) return { from: asked, place: at, position: counts_from + prefix.length + at, question: true };
    const [first = 0, last = -1] = windows[this.window] ?? [];
    const inside = token >= first && token <= last;
    const window = inside ? this.window : windowOf(this.data, token);
    const from = this.row(window);
    const position = inside ? counts_from + passageStart(this.data) + token - first : undefined;
    return from && { from, place: token - (windows[window]?.[0] ?? 0), position, question: false };
  }

  private cells(at: number): (Node | string)[] | undefined {
    const found = this.find(at);
    if (!found) return undefined;
    const { from, place, position, question } = found;
    const [start, end] = [from.start[place] ?? 0, from.end[place] ?? 0];
    const marks = [question ? "question" : "", from.opens[place] ? "" : "inside a word", from.unknown[place] ? "unknown" : ""].filter(Boolean);
    return [
      position === undefined ? "" : String(position),
      el("span", { class: "bk-mono" }, from.piece[place] ?? ""),
      String(from.id[place]),
      String(this.data.types[question ? 0 : 1]),
      `${start}–${end}`,
      this.characters(from, start, end, question),
      marks.join(", "),
    ];
  }

  private characters(from: Columns, start: number, end: number, question: boolean): string {
    const { text, offset } = question ? { text: this.data.question, offset: 0 } : (from as Row);
    return [...text.slice(0, (end - offset) * 2)].slice(start - offset, end - offset).join("");
  }

  private tell(at: number): void {
    const cells = at < 0 ? undefined : this.cells(at);
    if (!cells) return replace(this.chosen);
    const [position, piece, id, segment, characters, text, marks] = cells.map((cell) => (typeof cell === "string" ? cell : (cell.textContent ?? "")));
    replace(this.chosen, el("strong", { class: "bk-mono" }, piece ?? ""), ` is id ${id}, segment ${segment}, position ${position} in this window: characters ${characters} "${text}"${marks ? `, ${marks}` : ""}`);
  }

  // How the window's row is put together.
  private fillFrame(): void {
    const { prefix, middle, suffix, asked, windows, pad } = this.data;
    const [first = 0, last = 0, , , before = 0, , length = 0] = windows[this.window] ?? [];
    const shared = before ? `, ${before} of them also in the window before` : "";
    const passage = last - first + 1;
    const filled = passageStart(this.data) + passage + suffix.length;
    const chip = (words: string, kind: string): HTMLElement => el("span", { class: `bk-frame-part bk-frame-${kind}` }, words);
    const special = (all: [string, number][]): HTMLElement[] => all.map(([piece, id]) => chip(`${piece} ${id}`, "special"));
    const padding = length > filled ? [chip(`${length - filled} × ${pad[0]} ${pad[1]}`, "special")] : [];
    const parts = [...special(prefix), chip(plural(asked.id.length, "token") + " of the question", "question"), ...special(middle), chip(`tokens ${first} to ${last} of the document`, "passage"), ...special(suffix), ...padding];
    replace(this.frame, ...parts, el("span", { class: "bk-muted" }, `= ${length} tokens${shared}. Nothing is cut off: the windows cover the whole document.`));
  }

  private compare(): void {
    void this.comparison.run("Compare tokenizers", "compare", {}, ({ data: { tokens, differences } }) => {
      const items = differences.slice(0, 50).map(({ part, side, piece, start, end, text }) => el("li", {}, `${part} ${start}–${end} "${text}": ${piece} only from ${side}`));
      const words = differences.length ? `${plural(differences.length, "token")} come from one of the tokenizers only, of ${tokens}:` : `The reference tokenizer makes the same ${tokens} tokens.`;
      replace(this.comparison.element, el("p", {}, words), items.length ? el("ul", { class: "bk-reasons" }, ...items) : null);
    });
  }
}
