// Pieces that several tabs share.
import type { Context } from "../../base/context";
import { el } from "../../base/dom";
import { type Column, Table } from "../../base/table";
import type { Feature } from "./data";

export function definitions(rows: [string, Node | string][]): HTMLElement {
  return el("dl", { class: "bk-definitions" }, ...rows.flatMap(([term, value]) => [el("dt", {}, term), el("dd", {}, value)]));
}

export function mono(text: string): HTMLElement {
  return el("span", { class: "bk-mono" }, text);
}

// A table of rows that are lists, for reading only.
export function table<Row>(context: Context, label: string, columns: Column<Row>[], rows: Row[]): HTMLElement {
  const made = new Table<Row>({ label, columns, id: (row) => String(rows.indexOf(row)), signal: context.signal });
  made.show(rows);
  return made.element;
}

export function features(context: Context, label: string, rows: Feature[]): HTMLElement {
  if (!rows.length) return el("p", { class: "bk-muted" }, "None.");
  const columns: Column<Feature>[] = [
    { name: "name", title: "name", cell: ([name]) => mono(name) },
    { name: "type", title: "type", cell: ([, type, optional]) => (optional ? `${type}, optional` : type) },
    { name: "description", title: "description", cell: ([, , , description]) => el("span", { class: "bk-wrap" }, description) },
  ];
  return table(context, label, columns, rows);
}
