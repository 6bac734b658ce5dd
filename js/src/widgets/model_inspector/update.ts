// What training may change, or rule by rule why it may not.
import type { Context } from "../../base/context";
import { el } from "../../base/dom";
import { plural } from "../../base/format";
import type { InspectorData } from "./data";
import { definitions, features, mono, table } from "./parts";

export function update(context: Context, panel: HTMLElement, data: InspectorData): void {
  const { update, training, problems } = data;
  if (update) {
    panel.append(
      el("h3", {}, "Update parameters"),
      definitions([
        ["updatable layers", mono(update.layers.join(", ") || "none")],
        ...update.losses.map((loss): [string, Node] => ["loss", mono(loss)]),
        ...update.facts,
      ]),
      table(context, "Update parameters with defaults", [
        { name: "name", title: "parameter", cell: ([name]) => mono(name) },
        { name: "default", title: "default", cell: ([, value]) => value, numeric: true },
        { name: "allowed", title: "allowed", cell: ([, , allowed]) => allowed },
      ], update.numbers),
      el("h3", {}, "Update interface"),
      features(context, "What the model is trained with", training),
    );
  }
  if (!problems.length) {
    panel.append(el("p", {}, "No rule for updatable models is broken: this model can be updated."));
    return;
  }
  panel.append(
    el("h3", {}, update ? "Rules it breaks" : "Why it is not updatable"),
    el("p", { class: "bk-muted" }, `${plural(problems.length, "reason")}, rule by rule, judged as if the model were to be updated.`),
    el("ol", { class: "bk-reasons" }, ...problems.map(([rule, where, message]) => el("li", {}, el("strong", {}, where), ` ${message} `, el("span", { class: "bk-muted bk-mono" }, rule)))),
  );
}
