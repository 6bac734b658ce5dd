// Everything about one layer: its name in the file, what goes in and out, its settings and its parameters.
import { Latest } from "../../base/channel";
import type { Context } from "../../base/context";
import { copyButton } from "../../base/copy";
import { bars } from "../../base/bars";
import { el, replace } from "../../base/dom";
import { bytes, count, percent, shape } from "../../base/format";
import { failure } from "../../base/states";
import type { Layer } from "./data";

interface Histogram {
  count: number;
  finite: number;
  low: number;
  high: number;
  mean: number;
  deviation: number;
  zeros: number;
  counts: number[];
}

export function showLayer(context: Context, place: HTMLElement, layer: Layer, copy: number): void {
  const name = layer.names[copy] ?? "";
  const list = el("dl", { class: "bk-definitions" });
  const row = (term: string, ...description: (Node | string)[]): void =>
    list.append(el("dt", {}, term), el("dd", {}, ...description));
  row("full name", el("span", { class: "bk-mono" }, name), " ", copyButton(context, "copy", () => name));
  row("type", layer.variant ? `${layer.kind} ${layer.variant}` : layer.kind, el("span", { class: "bk-muted" }, ` ${layer.family}`));
  for (const [title, values] of [["in", layer.inputs], ["out", layer.outputs]] as const) {
    for (const [value, dtype, size] of values) {
      // Values inside a module that stands for several are named as in the first of them.
      row(title, `${shape(size)} ${dtype} `, copy === 0 ? el("span", { class: "bk-mono bk-muted" }, value) : "");
    }
  }
  for (const [setting, value] of layer.settings) row(setting, el("span", { class: "bk-mono" }, value));
  const weights = layer.weights.map((weight) => parameter(context, weight, layer, name));
  const heading = layer.updatable ? el("p", {}, el("span", { class: "bk-mark" }, "updatable"), " Training may change its parameters.") : null;
  replace(place, el("h3", {}, layer.label), list, heading, ...weights);
}

function parameter(context: Context, weight: Layer["weights"][number], layer: Layer, name: string): HTMLElement {
  const [first, size, storage, numbers, stored] = weight;
  // The parameter's name in this copy: what follows the layer's name is the same in all.
  const own = first.startsWith(layer.names[0] ?? "\0") ? name + first.slice(layer.names[0]?.length) : first;
  const chart = el("div", {});
  const latest = new Latest();
  const ask = async (): Promise<void> => {
    button.disabled = true;
    try {
      const answer = await latest.run((signal) => context.ask<Histogram>("histogram", { parameter: own }, { signal }));
      if (answer) replace(chart, ...histogram(answer.data));
    } catch (error) {
      replace(chart, failure(error));
    }
    button.disabled = false;
  };
  const button = el("button", { type: "button", class: "bk-button bk-small", onclick: () => void ask() }, "values");
  const facts = `${shape(size)} ${storage}, ${count(numbers)} numbers, ${bytes(stored)} `;
  return el("div", { class: "bk-weight" }, el("span", { class: "bk-mono" }, own.slice(name.length).replace(/^[._]+/, "") || own), " ", el("span", { class: "bk-muted" }, facts), button, chart);
}

function histogram(data: Histogram): Node[] {
  if (!data.finite) return [el("p", {}, "No finite numbers.")];
  const short = (value: number): string => String(Number(value.toPrecision(4)));
  const words = `from ${short(data.low)} to ${short(data.high)}, mean ${short(data.mean)}, standard deviation ${short(data.deviation)}, zeros ${percent(data.zeros / data.count)}`;
  const bad = data.count - data.finite;
  return [bars(data.counts, `Histogram of the values, ${words}`), el("p", { class: "bk-muted" }, words, bad ? `, ${bad} not finite` : "")];
}
