// The specification as it is, opened level by level.
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { failure } from "../../base/states";

// Path, name, value, whether something is inside.
type Field = [string, string, string, boolean];

interface Fields {
  rows: Field[];
  count: number;
}

export function specification(context: Context, panel: HTMLElement): void {
  const place = el("div", { class: "bk-fields" });
  panel.append(el("p", { class: "bk-muted" }, "Field names as in Core ML's format; weights are counted, not shown."), place);
  void fill(context, place, "");
}

async function fill(context: Context, place: HTMLElement, path: string): Promise<void> {
  try {
    const { data } = await context.ask<Fields>("fields", { path });
    const more = data.count - data.rows.length;
    replace(place, ...data.rows.map((field) => row(context, field)), more > 0 ? el("p", { class: "bk-muted" }, `${more} more`) : null);
  } catch (error) {
    replace(place, failure(error));
  }
}

function row(context: Context, [path, name, value, opens]: Field): HTMLElement {
  const text = [el("span", { class: "bk-field" }, name), " ", el("span", { class: "bk-muted bk-mono" }, value)];
  if (!opens) return el("div", { class: "bk-leaf" }, ...text);
  const inside = el("div", { class: "bk-inside" });
  const part = el("details", {}, el("summary", { class: "bk-plain" }, ...text), inside);
  part.addEventListener("toggle", () => {
    if (part.open && !inside.hasChildNodes()) void fill(context, inside, path);
  });
  return part;
}
