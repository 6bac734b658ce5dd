// Where an answer comes from: windows, tokens with start and end curves, best spans, layers, matrix, attribution.
import { Latest } from "../../base/channel";
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { percent } from "../../base/format";
import { head } from "../../base/head";
import { failure } from "../../base/states";
import { type Column, Table } from "../../base/table";
import { Tabs } from "../../base/tabs";
import { Attribution } from "./attribution";
import { Chart } from "./chart";
import { type AnswerData, type Change, lastPassage, type Range, type Scores, short, signed, type Span } from "./data";
import { Detail } from "./detail";
import { Lens, noLens } from "./lens";
import { Matrix } from "./matrix";
import { Tokens } from "./tokens";
import { Windows } from "./windows";

export function answerSpan(context: Context, body: HTMLElement): void {
  context.keys.add("← → Home End", "from token to token");
  context.keys.add("↑ ↓", "from one of the best spans to the next");
  context.keys.add("Shift + ← →", "choose a span");
  context.keys.add("h", "hide the token and ask again, or show it again");
  context.keys.add("z", "whole window or near the span", () => body.querySelector<HTMLElement>(".bk-zoom")?.click());
  context.eachData((current) => new AnswerSpan(current, body, current.data<AnswerData>()));
}

class AnswerSpan {
  private readonly context: Context;
  private readonly data: AnswerData;
  private readonly windows: Windows;
  private readonly tokens: Tokens;
  private readonly chart: Chart;
  private readonly table: Table<Span>;
  private readonly detail: Detail;
  private readonly parts: { name: string; part: { element: HTMLElement }; show: () => void }[];
  private readonly tabs: Tabs;
  private readonly said = el("div", { class: "bk-said" });
  private readonly chips = el("span", { class: "bk-row bk-chips" });
  private readonly problem = el("div", {});
  private readonly loading = new Latest();
  private readonly hiding = new Latest();
  private scores: Scores;
  private token = 0;
  private span: Range = [0, 0];
  private hidden: number[] = [];
  private change: Change | undefined;
  // Whose spans the table shows.
  private listed: Scores | undefined;

  constructor(context: Context, body: HTMLElement, data: AnswerData) {
    this.context = context;
    this.data = data;
    this.scores = data.scores;
    const { signal, selection } = context;
    const onToken = (token: number): void => selection.set({ token });
    const onSpan = (span: Range): void => selection.set({ span });
    this.windows = new Windows(context, data, (window) => selection.set({ window, token: undefined, span: undefined }));
    this.tokens = new Tokens({ onToken, onSpan, onStep: (by) => this.step(by), onHide: (token) => this.hide(token), signal });
    this.chart = new Chart({ onToken, onSpan: (span) => this.take(span), onRange: () => this.showPart(), signal });
    this.table = this.spansTable();
    this.detail = new Detail(context, (token) => this.hide(token));
    const lens = data.layered ? new Lens(context, this.scores, onToken) : undefined;
    const matrix = new Matrix(context, this.scores, (span) => this.take(span));
    const attribution = new Attribution(context, this.scores, data.layered, onToken);
    this.parts = [
      { name: "layers", part: lens ?? { element: noLens() }, show: () => lens?.show(this.scores, this.chart.range, this.token) },
      { name: "matrix", part: matrix, show: () => matrix.show(this.scores, this.chart.range, this.span) },
      { name: "attribution", part: attribution, show: () => attribution.show(this.scores, this.chart.range, this.span, this.token) },
    ];
    this.tabs = this.makeTabs();
    this.lay(body);
    selection.subscribe(() => this.follow(), signal);
    context.onOptions(() => this.follow());
    this.follow();
  }

  private get longest(): number {
    return this.context.option("longest", this.data.longest);
  }

  private get near(): boolean {
    return this.context.option("near", this.scores.piece.length > 60);
  }

  private lay(body: HTMLElement): void {
    const { title, facts } = this.data;
    const zoom = el("button", { type: "button", class: "bk-button bk-zoom", onclick: () => this.zoom(zoom) });
    zoom.textContent = this.near ? "Show the whole window" : "Show near the span";
    const controls = el("div", { class: "bk-row" }, this.longestField(), zoom, this.chips);
    const panes = el("div", { class: "bk-panes bk-panes-even" }, el("div", { class: "bk-pane" }, el("h3", {}, "Best spans"), this.table.element), el("div", { class: "bk-pane" }, this.detail.element));
    const top = el("div", { class: "bk-pane" }, this.said, this.windows.element, this.problem, this.tokens.element, controls, this.chart.element);
    replace(body, head(title, facts), top, panes, this.tabs.element);
  }

  private longestField(): HTMLElement {
    const input = el("input", { type: "number", class: "bk-select bk-number-field", min: 1, max: 200, value: this.longest, disabled: !this.context.live });
    input.addEventListener("change", () => {
      const longest = Math.max(1, Math.min(200, Math.round(input.valueAsNumber || this.data.longest)));
      input.value = String(longest);
      this.context.setOption("longest", longest);
    });
    return el("label", {}, "longest answer, in tokens ", input);
  }

  private zoom(button: HTMLElement): void {
    this.context.setOption("near", !this.near);
    button.textContent = this.near ? "Show the whole window" : "Show near the span";
    this.show();
  }

  private spansTable(): Table<Span> {
    const number = (name: string, title: string, of: (span: Span) => number): Column<Span> => ({ name, title, cell: (span: Span) => signed(of(span)), key: of, numeric: true });
    return new Table<Span>({
      label: "Best spans of the window",
      columns: [
        { name: "rank", title: "#", cell: (span) => String(this.scores.spans.indexOf(span) + 1), numeric: true },
        { name: "span", title: "span", cell: ({ text }) => el("span", { class: "bk-clip", title: text }, short(text, 80)) },
        { name: "probability", title: "probability", cell: ({ probability }) => percent(probability), key: ({ probability }) => probability, numeric: true },
        number("score", "score", ({ score }) => score),
        number("start", "start", ({ start_lead }) => start_lead),
        number("end", "end", ({ end_lead }) => end_lead),
      ],
      id: ({ first, last }) => `${first}-${last}`,
      onSelect: ({ first, last }) => this.take([first, last]),
      signal: this.context.signal,
    });
  }

  private makeTabs(): Tabs {
    const titles: { [name: string]: string } = { layers: "Layers (QA lens)", matrix: "Score matrix", attribution: "What it rests on" };
    const all = this.parts.map(({ name, part }) => ({ name, title: titles[name] ?? name, fill: (panel: HTMLElement) => panel.append(part.element) }));
    const onShow = (name: string): void => {
      this.context.setOption("part", name);
      this.showPart();
    };
    return new Tabs("More about the window", all, onShow, this.context.signal);
  }

  // Takes over what is selected, here or in a linked view.
  private follow(): void {
    const { window = this.data.scores.window } = this.context.selection.value;
    const wanted = window >= 0 && window < this.data.windows.length ? window : this.data.scores.window;
    this.windows.select(wanted);
    this.windows.score(this.longest);
    if (wanted !== this.scores.window || this.longest !== this.scores.longest) void this.load(wanted);
    else this.show();
  }

  private async load(window: number): Promise<void> {
    const parameters = { window, longest: this.longest };
    try {
      const answer = await this.loading.run((signal) => this.context.ask<Scores>("scores", parameters, { signal }));
      if (!answer) return;
      if (window !== this.scores.window) this.hidden = [];
      this.scores = answer.data;
      replace(this.problem);
      void this.askHidden();
      this.show();
    } catch (error) {
      replace(this.problem, failure(error));
      this.context.selection.set({ window: this.scores.window });
    }
  }

  private show(): void {
    const { scores } = this;
    const { token, span } = this.context.selection.value;
    const best = scores.spans[0];
    const otherwise: Range = best ? [best.first, best.last] : [scores.passage, scores.passage];
    const fits = span && span[0] >= scores.passage && span[0] <= span[1] && span[1] <= lastPassage(scores);
    this.span = fits ? span : otherwise;
    this.token = token !== undefined && token >= 0 && token < scores.piece.length ? token : this.span[0];
    this.say();
    this.tokens.show(scores, this.token, this.span, this.hidden);
    this.chart.show({ scores, token: this.token, span: this.span, near: this.near, change: this.change });
    if (this.listed !== scores) this.table.show(scores.spans);
    this.listed = scores;
    this.table.select(this.span.join("-"));
    this.detail.show(scores, this.token, this.span, this.hidden);
    this.tabs.show(this.context.option("part", "layers"));
    this.showPart();
  }

  private showPart(): void {
    const open = this.context.option("part", "layers");
    (this.parts.find(({ name }) => name === open) ?? this.parts[0])?.show();
  }

  private say(): void {
    const best = this.scores.spans[0];
    const null_ = `“no answer” ${percent(this.scores.no_answer)}, null score ${signed(this.scores.null_score)}`;
    if (!best) {
      replace(this.said, el("strong", {}, "This window has no span that may answer."), el("span", { class: "bk-muted" }, "A neighboring window counts them: choose another one."));
      return;
    }
    const page = best.page === null ? "" : `, page ${best.page}`;
    const place = `tokens ${best.first} to ${best.last}, characters ${best.start} to ${best.end}${page}`;
    replace(this.said, el("mark", {}, short(best.text, 120)), el("strong", {}, percent(best.probability)), el("span", { class: "bk-muted" }, `of this window's spans; ${null_}; ${place}`));
  }

  private take(span: Range): void {
    this.context.selection.set({ span, token: span[0] });
  }

  private step(by: number): void {
    const { spans } = this.scores;
    const at = spans.findIndex(({ first, last }) => first === this.span[0] && last === this.span[1]);
    const next = spans[Math.max(0, Math.min(at + by, spans.length - 1))];
    if (next) this.take([next.first, next.last]);
  }

  private hide(token: number): void {
    if (this.scores.part[token] === "special") {
      this.context.announce("Special tokens cannot be hidden.");
      return;
    }
    this.hidden = this.hidden.includes(token) ? this.hidden.filter((other) => other !== token) : [...this.hidden, token].sort((left, right) => left - right);
    void this.askHidden();
    this.show();
  }

  private async askHidden(): Promise<void> {
    const { window, longest, piece } = this.scores;
    const chips = this.hidden.map((token) => el("button", { type: "button", class: "bk-button bk-small", "aria-label": `Show token ${token}, ${piece[token]}, again`, onclick: () => this.hide(token) }, `${piece[token]} ✕`));
    replace(this.chips, chips.length ? el("span", { class: "bk-muted" }, "hidden:") : null, ...chips);
    this.hiding.cancel();
    if (!this.hidden.length) return this.changed(undefined);
    try {
      const answer = await this.hiding.run((signal) => this.context.ask<Change>("hide", { window, longest, tokens: this.hidden.join(" ") }, { signal }));
      if (answer) this.changed(answer.data);
    } catch (error) {
      this.change = undefined;
      this.detail.change(undefined, error);
    }
  }

  private changed(change: Change | undefined): void {
    this.change = change;
    this.detail.change(change);
    this.chart.show({ scores: this.scores, token: this.token, span: this.span, near: this.near, change });
  }
}
