// What a second model has differently.
import { Cancelled } from "../../base/channel";
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { failure, running } from "../../base/states";
import type { InspectorData } from "./data";
import { mono, table } from "./parts";

type Row = [string, string, string, string, string];
// Name, largest change, relative change.
type Change = [string, number, number];

export function difference(context: Context, panel: HTMLElement, data: InspectorData): void {
  const { rows, left_out } = data.difference ?? { rows: [], left_out: 0 };
  const wrap = (text: string): HTMLElement => el("span", { class: "bk-wrap bk-mono" }, text);
  if (rows.length) {
    panel.append(
      table<Row>(context, `What ${data.other} has differently`, [
        { name: "kind", title: "", cell: ([, , kind]) => kind, key: ([, , kind]) => kind },
        { name: "area", title: "part", cell: ([area]) => area, key: ([area]) => area },
        { name: "name", title: "name", cell: ([, name]) => mono(name), key: ([, name]) => name },
        { name: "before", title: data.title, cell: ([, , , before]) => wrap(before) },
        { name: "after", title: data.other ?? "", cell: ([, , , , after]) => wrap(after) },
      ], rows),
      el("p", { class: "bk-muted" }, left_out ? `${left_out} more are not shown.` : ""),
    );
  } else panel.append(el("p", {}, "They say the same of themselves: metadata, interface, layers and shapes are equal."));
  panel.append(el("h3", {}, "Numbers of the parameters"), numbers(context));
}

function numbers(context: Context): HTMLElement {
  const place = el("div", {});
  const start = (): HTMLElement => el("button", { type: "button", class: "bk-button", onclick: () => void ask() }, "compare the numbers");
  const ask = async (): Promise<void> => {
    const controller = new AbortController();
    const bar = running("comparing", () => controller.abort());
    replace(place, bar.element);
    try {
      const { data } = await context.ask<Change[]>("changes", {}, { signal: controller.signal, onProgress: bar.update });
      replace(place, data.length ? changed(context, data) : el("p", {}, "All numbers are equal."));
    } catch (error) {
      replace(place, error instanceof Cancelled ? start() : failure(error));
    }
  };
  place.append(start());
  return place;
}

function changed(context: Context, rows: Change[]): HTMLElement {
  const short = (value: number): string => String(Number(value.toPrecision(3)));
  return table<Change>(context, "Parameters whose numbers differ", [
    { name: "name", title: "parameter", cell: ([name]) => mono(name), key: ([name]) => name },
    { name: "largest", title: "largest change", cell: ([, largest]) => short(largest), key: ([, largest]) => largest, numeric: true },
    { name: "relative", title: "relative change", cell: ([, , relative]) => short(relative), key: ([, , relative]) => relative, numeric: true },
  ], rows);
}
