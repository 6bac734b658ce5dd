// What the model has learned: by storage, by module as areas and as a table, and one by one.
import type { Context } from "../../base/context";
import { el, svg } from "../../base/dom";
import { bytes, count, plural, shape } from "../../base/format";
import { meter } from "../../base/meter";
import { empty } from "../../base/states";
import { Table } from "../../base/table";
import type { Parameters } from "./data";
import { mono, table } from "./parts";

const MOST_ROWS = 300;

export function parameters(context: Context, panel: HTMLElement, data: Parameters): void {
  if (!data.arrays) {
    panel.append(empty("No arrays of parameters are listed for this type of model.", "Trees, neighbors and linear models keep what they learned in forms of their own."));
    return;
  }
  const share = (size: number): HTMLElement => meter(size / Math.max(1, data.bytes), bytes(size));
  panel.append(
    el("p", {}, `${count(data.count)} numbers in ${plural(data.arrays, "array")}, ${bytes(data.bytes)}.`),
    table(context, "Parameters by storage", [
      { name: "storage", title: "stored as", cell: ([name]) => name },
      { name: "numbers", title: "numbers", cell: ([, numbers]) => count(numbers), numeric: true },
      { name: "bytes", title: "bytes", cell: ([, , size]) => share(size), numeric: true },
    ], data.storage),
    el("h3", {}, "By module"),
    areas(data),
    table(context, "Parameters by module", [
      { name: "module", title: "module", cell: ([depth, name]) => indented(depth, name) },
      { name: "numbers", title: "numbers", cell: ([, , numbers]) => count(numbers), numeric: true },
      { name: "bytes", title: "bytes", cell: ([, , , size]) => share(size), numeric: true },
      { name: "updatable", title: "", cell: ([, , , , updatable]) => (updatable ? el("span", { class: "bk-mark" }, "updatable") : "") },
    ], data.modules),
    el("h3", {}, "One by one"),
    ...single(context, data),
  );
}

function indented(depth: number, name: string): HTMLElement {
  const cell = el("span", {}, name);
  cell.style.paddingInlineStart = `${depth * 14}px`;
  return cell;
}

function areas(data: Parameters): SVGSVGElement {
  const [width, height] = data.map_size;
  const tiles = data.map.flatMap(([path, size, x, y, wide, high]) => {
    // As much of the end of the path as fits.
    const parts = path.split("/");
    while (parts.length && (wide < parts.join(" / ").length * 6.6 + 6 || high < 16)) parts.shift();
    const label = parts.join(" / ");
    return [
      svg("rect", { class: "bk-tile", x, y, width: wide, height: high }, svg("title", {}, `${path}: ${bytes(size)}`)),
      label ? svg("text", { class: "bk-tile-name", x: x + 4, y: y + 13 }, label) : null,
    ];
  });
  const largest = data.map.slice(0, 8).map(([path, size]) => `${path} ${bytes(size)}`);
  return svg("svg", { class: "bk-tiles", role: "img", "aria-label": `Bytes by module, the largest: ${largest.join(", ")}`, viewBox: `0 0 ${width} ${height}` }, ...tiles);
}

function single(context: Context, data: Parameters): HTMLElement[] {
  const list = new Table<Parameters["rows"][number]>({
    label: "Parameters one by one",
    columns: [
      { name: "name", title: "name", cell: ([name]) => mono(name), key: ([name]) => name },
      { name: "shape", title: "shape", cell: ([, size]) => shape(size) },
      { name: "storage", title: "stored as", cell: ([, , storage]) => storage, key: ([, , storage]) => storage },
      { name: "numbers", title: "numbers", cell: ([, , , numbers]) => numbers.toLocaleString("en"), key: ([, , , numbers]) => numbers, numeric: true },
      { name: "bytes", title: "bytes", cell: ([, , , , size]) => bytes(size), key: ([, , , , size]) => size, numeric: true },
    ],
    id: ([name]) => name,
    signal: context.signal,
  });
  const note = el("p", { class: "bk-muted" });
  const field = el("input", { type: "search", class: "bk-search", placeholder: "Find a parameter", "aria-label": "Find a parameter" });
  const show = (): void => {
    const wanted = field.value.trim().toLowerCase();
    const found = data.rows.filter(([name, , storage]) => `${name} ${storage}`.toLowerCase().includes(wanted));
    list.show(found.slice(0, MOST_ROWS));
    note.textContent = found.length > MOST_ROWS ? `The first ${MOST_ROWS} of ${found.length}; search to see others.` : "";
  };
  field.addEventListener("input", show);
  show();
  return [field, list.element, note];
}
