// A Core ML file and the model it was converted from: two maps that show the same layer.
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { plural } from "../../base/format";
import type { Selected, Selects } from "../../base/selection";
import { modelMap } from "../model_map/view";

type Side = "file" | "original";

interface PairData {
  title: string;
  file: { title: string };
  original: { title: string };
  // The original's layer by the file's.
  partners: { [layer: string]: string };
  statement: string;
  alone: { [side in Side]: string[] };
}

export function modelPair(context: Context, body: HTMLElement): void {
  const note = el("p", { class: "bk-pair-note" });
  const sides = { file: el("div", { class: "bk-side" }), original: el("div", { class: "bk-side" }) };
  const head = el("div", { class: "bk-pair-head" });
  replace(body, head, note, el("div", { class: "bk-sides" }, sides.file, sides.original));
  const pair = new Pair(context);
  for (const side of ["file", "original"] as const) modelMap(context.inside(side, pair.seen(side)), sides[side]);
  const both = (selector: string): void => {
    for (const side of Object.values(sides)) side.querySelector<HTMLElement>(selector)?.click();
  };
  context.keys.add("g", "graphs on or off", () => both(".bk-graph-part summary"));
  context.keys.add("d", "graphs of modules or of layers", () => both(".bk-graph-deep"));
  context.eachData((current) => {
    const data = current.data<PairData>();
    replace(head, el("span", { class: "bk-title" }, data.title), el("p", {}, data.statement), ...(["file", "original"] as const).map((side) => alone(data, side)));
    const tell = (): void => replace(note, ...pair.sentence());
    current.selection.subscribe(tell, current.signal);
    tell();
  });
}

function alone(data: PairData, side: Side): HTMLElement | null {
  const names = data.alone[side];
  if (!names.length) return null;
  const items = names.map((name) => el("li", { class: "bk-mono" }, name));
  return el("details", {}, el("summary", {}, `${plural(names.length, "layer")} only in ${data[side].title}`), el("ul", { class: "bk-pair-alone" }, ...items));
}

// What is selected belongs to the file; the original's own choice stands beside it as `original` and `original_module`.
class Pair {
  private readonly context: Context;

  constructor(context: Context) {
    this.context = context;
  }

  // The selection as one of the maps sees it.
  seen(side: Side): Selects {
    const outer = this.context.selection;
    const inner = (value: Selected): Selected =>
      side === "file" ? value : ({ module: value["original_module"], layer: value["original"] } as Selected);
    return {
      get value() {
        return inner(outer.value);
      },
      set: (patch) => outer.set(side === "file" ? this.fromFile(patch) : this.fromOriginal(patch)),
      subscribe: (callback, signal) => outer.subscribe((value) => callback(inner(value)), signal),
    };
  }

  sentence(): (Node | string)[] {
    const { layer, original } = this.context.selection.value;
    const named = (name: string): Node => el("span", { class: "bk-mono" }, name);
    if (layer && original) return [named(layer), " computes what ", named(String(original)), " does."];
    const single = layer ?? original;
    if (single === undefined) return ["Select a layer on either side to see its partner on the other."];
    return [named(String(single)), ` has no partner in ${layer ? "the original" : "the file"}.`];
  }

  private get partners(): PairData["partners"] {
    return this.context.data<PairData>().partners;
  }

  private fromFile(patch: Selected): Selected {
    if (patch.layer === undefined) return patch;
    return { ...patch, original: this.partners[patch.layer], original_module: undefined };
  }

  private fromOriginal({ module, layer }: Selected): Selected {
    const own = { original_module: module, original: layer };
    if (layer === undefined) return own;
    const partner = Object.entries(this.partners).find(([, original]) => original === layer)?.[0];
    return { ...own, layer: partner, module: undefined };
  }
}
