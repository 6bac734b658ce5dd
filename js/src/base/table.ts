// A table whose rows can be walked and selected, and whose columns can be sorted.
import { el, replace } from "./dom";
import { Roving } from "./roving";

export interface Column<Row> {
  name: string;
  title: string;
  // What a cell shows.
  cell: (row: Row) => Node | string;
  // What it is sorted by; a column without it cannot be sorted.
  key?: (row: Row) => number | string;
  numeric?: boolean;
  // Asked at every drawing; a column without it is always shown.
  shown?: () => boolean;
}

export interface TableOptions<Row> {
  label: string;
  columns: Column<Row>[];
  id: (row: Row) => string;
  // A heading above the row when it differs from the one before; only while unsorted.
  group?: (row: Row) => string;
  onSelect?: (row: Row) => void;
  // "" for the given order, else a column's name, with "-" before it for descending.
  sort?: string;
  onSort?: (sort: string) => void;
  signal: AbortSignal;
}

export class Table<Row> {
  readonly element: HTMLElement;
  private readonly options: TableOptions<Row>;
  private readonly head: HTMLElement = el("thead", {});
  private readonly body: HTMLElement = el("tbody", {});
  private readonly lines = new Map<string, HTMLElement>();
  private readonly roving: Roving;
  private rows: Row[] = [];
  private sort: string;
  private selected = "";

  constructor(options: TableOptions<Row>) {
    this.options = options;
    this.sort = options.sort ?? "";
    const table = el("table", { class: "bk-table", "aria-label": options.label }, this.head, this.body);
    if (options.onSelect) table.setAttribute("role", "grid");
    this.element = el("div", { class: "bk-scroller" }, table);
    if (!options.onSelect) {
      this.element.tabIndex = 0;
      this.element.setAttribute("role", "region");
      this.element.setAttribute("aria-label", options.label);
    }
    const buttons = (): HTMLElement[] => [...this.head.querySelectorAll<HTMLElement>("button")];
    new Roving(this.head, { items: buttons, orientation: "horizontal", signal: options.signal });
    this.roving = new Roving(this.body, {
      items: () => [...this.lines.values()],
      onFocus: (line) => this.choose((line as HTMLElement).dataset["bkRow"] as string),
      signal: options.signal,
    });
  }

  show(rows: Row[]): void {
    this.rows = rows;
    this.draw();
  }

  // Marks a row as selected and scrolls to it. Does not call back.
  select(id: string): void {
    this.selected = id;
    for (const [name, line] of this.lines) line.setAttribute("aria-selected", String(name === id));
    const line = this.lines.get(id) ?? [...this.lines.values()][0];
    if (!this.options.onSelect) return;
    this.roving.current(line);
    this.lines.get(id)?.scrollIntoView({ block: "nearest" });
  }

  private get columns(): Column<Row>[] {
    return this.options.columns.filter(({ shown }) => shown?.() ?? true);
  }

  private draw(): void {
    const focused = this.body.contains(document.activeElement);
    const headers = this.columns.map((column) => this.header(column));
    headers.find((header) => header.querySelector("button"))?.querySelector("button")?.setAttribute("tabindex", "0");
    replace(this.head, el("tr", {}, ...headers));
    this.lines.clear();
    let group = "";
    const drawn: HTMLElement[] = [];
    for (const row of this.sorted()) {
      const heading = this.sort === "" ? (this.options.group?.(row) ?? "") : "";
      if (heading !== group) drawn.push(this.heading((group = heading)));
      drawn.push(this.line(row));
    }
    replace(this.body, ...drawn);
    this.select(this.selected);
    if (focused) (this.lines.get(this.selected) ?? [...this.lines.values()][0])?.focus();
  }

  private sorted(): Row[] {
    const descending = this.sort.startsWith("-");
    const column = this.columns.find(({ name }) => name === this.sort.replace("-", ""));
    const by = column?.key;
    if (!by) return this.rows;
    const sign = descending ? -1 : 1;
    return [...this.rows].sort((left, right) => (by(left) < by(right) ? -sign : by(left) > by(right) ? sign : 0));
  }

  private header(column: Column<Row>): HTMLElement {
    const mine = this.sort.replace("-", "") === column.name;
    const direction = mine ? (this.sort.startsWith("-") ? "descending" : "ascending") : undefined;
    const title = column.key
      ? el("button", { type: "button", tabindex: -1, title: `Sort by ${column.title}`, onclick: () => this.sortBy(column) }, column.title)
      : column.title;
    return el("th", { scope: "col", "aria-sort": direction, class: column.numeric ? "bk-number" : undefined }, title);
  }

  // First the useful direction (large first for numbers), then the other, then the given order.
  private sortBy(column: Column<Row>): void {
    const order = column.numeric ? [`-${column.name}`, column.name, ""] : [column.name, `-${column.name}`, ""];
    this.sort = order[(order.indexOf(this.sort) + 1) % order.length] as string;
    this.draw();
    this.head.querySelectorAll("button").forEach((button) => button.textContent === column.title && button.focus());
    this.options.onSort?.(this.sort);
  }

  private heading(text: string): HTMLElement {
    const span = this.columns.length;
    return el("tr", { class: "bk-table-group" }, el("th", { scope: "rowgroup", colspan: span }, text));
  }

  private line(row: Row): HTMLElement {
    const cells = this.columns.map((column) => el("td", { class: column.numeric ? "bk-number" : undefined }, column.cell(row)));
    const line = el("tr", {}, ...cells);
    const id = this.options.id(row);
    line.dataset["bkRow"] = id;
    if (this.options.onSelect) {
      line.tabIndex = -1;
      line.addEventListener("click", () => this.choose(id));
    }
    this.lines.set(id, line);
    return line;
  }

  private choose(id: string): void {
    this.select(id);
    const row = this.rows.find((candidate) => this.options.id(candidate) === id);
    if (row) this.options.onSelect?.(row);
  }
}
