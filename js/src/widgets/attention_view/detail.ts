// One head in detail: lines between tokens, the matrix, and the strongest links as a table.
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { percent, plural } from "../../base/format";
import { HeatMap } from "../../base/heat_map";
import { Roving } from "../../base/roving";
import { saveCanvas, saveSvg } from "../../base/save";
import { empty, failure } from "../../base/states";
import { Table } from "../../base/table";
import { Tabs } from "../../base/tabs";
import { meter } from "../../base/meter";
import type { Filter } from "./data";
import { drawLines, type Found, type Link, probability, strongest } from "./links";

const MOST_HEIGHT = 480;
// Rows are named beside the matrix where each is high enough to be read.
const NAMED_ROWS = 30;
const ROW = 16;
const NO_LINKS: Found = { links: [], count: 0, mass: 0 };

export class Detail {
  readonly element: HTMLElement;
  private readonly context: Context;
  private readonly pieces: string[];
  private readonly all: Filter[];
  private readonly onToken: (token: number) => void;
  private readonly statement = el("p", { class: "bk-muted bk-note" });
  private readonly lines = el("div", { class: "bk-token-lines", tabindex: 0, role: "region", "aria-label": "Lines between tokens" });
  private readonly matrix: HeatMap;
  private readonly matrixNote = el("p", { class: "bk-muted bk-note" });
  private readonly rowNames = el("div", { class: "bk-axis-layers", "aria-hidden": "true" });
  private readonly table: Table<Link>;
  private readonly problem = el("div", {});
  private readonly saving = el("button", { type: "button", class: "bk-button bk-small", onclick: () => this.save() }, "save picture");
  private bytes: Uint8Array | undefined;
  private found = NO_LINKS;
  private name = "";
  private chosen: number | undefined;
  private part: number;

  constructor(context: Context, pieces: string[], all: Filter[], onToken: (token: number) => void) {
    this.context = context;
    this.pieces = pieces;
    this.all = all;
    this.onToken = onToken;
    this.part = context.option("part", 50);
    const { signal } = context;
    this.matrix = new HeatMap({
      label: "Matrix: a row for each token that looks, a column for each token looked at",
      describe: (row, column) => this.cell(row, column),
      height: (width, heat) => Math.min(MOST_HEIGHT, heat.rows * (heat.rows <= NAMED_ROWS ? ROW : Math.max(1, width / heat.columns))),
      onSelect: (row) => this.onToken(this.filter.rows[row] ?? 0),
      signal,
    });
    const token = (at: number): string => `${pieces[at]} (${at})`;
    this.table = new Table<Link>({
      label: "Strongest links",
      columns: [
        { name: "query", title: "token", cell: ({ query }) => token(query), key: ({ query }) => query },
        { name: "key", title: "looks at", cell: ({ key }) => token(key), key: ({ key }) => key },
        { name: "share", title: "share", cell: ({ share }) => meter(share, percent(share)), key: ({ share }) => share, numeric: true },
      ],
      id: ({ query, key }) => `${query} ${key}`,
      onSelect: ({ query }) => this.onToken(query),
      signal,
    });
    const keep = (name: string): void => {
      context.setOption("tab", name);
      this.redraw();
    };
    const tabs = new Tabs(
      "Ways to see a head",
      [
        { name: "lines", title: "Lines", fill: (panel) => panel.append(this.lines) },
        { name: "matrix", title: "Matrix", fill: (panel) => panel.append(this.matrixNote, el("div", { class: "bk-heads" }, this.rowNames, this.matrix.element, this.matrix.readout)) },
        { name: "links", title: "Links", fill: (panel) => panel.append(this.table.element) },
      ],
      keep,
      signal,
    );
    this.element = el("div", {}, el("div", { class: "bk-row" }, this.choice(), this.slider(), this.saving), this.statement, this.problem, tabs.element);
    tabs.show(this.tab);
    new Roving(this.lines, { items: () => [...this.lines.querySelectorAll<SVGElement>(".bk-link-token")], orientation: "vertical", signal });
  }

  // Shows the bytes of a head, or of an average, under its name.
  show(bytes: Uint8Array, name: string): void {
    this.bytes = bytes;
    this.name = name;
    replace(this.problem);
    this.redraw();
  }

  fail(error: unknown): void {
    this.bytes = undefined;
    this.found = NO_LINKS;
    this.statement.textContent = "";
    replace(this.problem, failure(error));
    replace(this.lines);
    this.table.show([]);
    this.matrix.show({ rows: 0, columns: 0, values: new Uint8Array() });
  }

  token(token: number | undefined): void {
    if (token === this.chosen) return;
    this.chosen = token;
    if (this.bytes && this.tab === "lines") this.drawLines();
  }

  private get tab(): string {
    return this.context.option<string>("tab", "lines");
  }

  private get filter(): Filter {
    const name = this.context.option("filter", "");
    return this.all.find((filter) => filter.name === name) ?? (this.all[0] as Filter);
  }

  private redraw(): void {
    if (!this.bytes) return;
    const { filter, pieces, bytes } = this;
    this.found = strongest(bytes, pieces.length, filter, this.part / 100);
    const { links, count, mass } = this.found;
    const [from, to] = filter.name.split(" → ");
    const words = to === "all" ? "" : `The ${from === "all" ? "row" : from} gives ${percent(mass)} of its attention to the ${to}. `;
    const cut = links.length < count ? `, the strongest ${links.length} shown` : "";
    this.statement.textContent = `${words}${plural(count, "link")} ${count === 1 ? "holds" : "hold"} ${this.part} % of that${cut}.`;
    this.drawn();
  }

  // Draws what is in sight.
  private drawn(): void {
    const tab = this.tab;
    this.saving.hidden = tab === "links";
    if (tab === "lines") this.drawLines();
    else if (tab === "matrix") this.drawMatrix();
    else this.table.show(this.found.links);
  }

  private drawMatrix(): void {
    const { bytes, pieces } = this;
    const { rows, columns } = this.filter;
    if (!bytes) return;
    const values = new Uint8Array(rows.length * columns.length);
    rows.forEach((row, at) => columns.forEach((column, place) => (values[at * columns.length + place] = Math.max(1, bytes[row * pieces.length + column] as number))));
    this.matrixNote.textContent = `${plural(rows.length, "row")} for the tokens that look, ${plural(columns.length, "column")} for those looked at.`;
    replace(this.rowNames, ...(rows.length <= NAMED_ROWS ? rows.map((row) => el("span", {}, pieces[row] ?? "")) : []));
    this.matrix.show({ rows: rows.length, columns: columns.length, values });
  }

  private drawLines(): void {
    const { filter, found, pieces, chosen } = this;
    const focused = this.lines.contains(document.activeElement) && document.activeElement !== this.lines;
    if (!found.links.length) replace(this.lines, empty("No links.", "Choose other tokens above."));
    else drawLines(this.lines, { pieces, filter, found, token: filter.rows.includes(chosen ?? -1) || filter.columns.includes(chosen ?? -1) ? chosen : undefined, label: `${found.links.length} links of ${this.name}, ${filter.name}`, onToken: this.onToken });
    if (focused) this.lines.querySelector<SVGElement>('[tabindex="0"]')?.focus();
  }

  private cell(row: number, column: number): string {
    const [query, key] = [this.filter.rows[row] ?? 0, this.filter.columns[column] ?? 0];
    const byte = this.bytes?.[query * this.pieces.length + key] ?? 0;
    return `${this.pieces[query]} (${query}) looks at ${this.pieces[key]} (${key}): ${percent(probability(byte))}`;
  }

  private choice(): HTMLElement {
    const choice = el("select", { class: "bk-select", "aria-label": "Which tokens look at which" });
    for (const { name } of this.all) choice.append(el("option", { value: name, selected: name === this.filter.name }, name));
    choice.addEventListener("change", () => {
      this.context.setOption("filter", choice.value);
      this.redraw();
    });
    return choice;
  }

  private slider(): HTMLElement {
    const input = el("input", { type: "range", min: 5, max: 100, step: 5, value: this.part, "aria-label": "Strongest links that hold this share of the attention" });
    const output = el("output", {});
    const tell = (): void => {
      output.textContent = `strongest ${this.part} %`;
      input.setAttribute("aria-valuetext", output.textContent);
    };
    input.addEventListener("input", () => {
      this.part = input.valueAsNumber;
      tell();
      this.redraw();
    });
    input.addEventListener("change", () => this.context.setOption("part", this.part));
    tell();
    return el("label", { class: "bk-slider bk-mass" }, input, output);
  }

  private save(): void {
    const drawing = this.lines.querySelector("svg");
    if (this.tab === "matrix") saveCanvas(this.matrix.element.querySelector("canvas") as HTMLCanvasElement, this.name);
    else if (drawing) saveSvg(drawing, this.name);
  }
}
