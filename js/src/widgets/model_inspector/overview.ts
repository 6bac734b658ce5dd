// The two-column picture: what every Core ML model holds, and what Core ML 3 added for models that learn.
import { el } from "../../base/dom";
import { bytes, count, plural } from "../../base/format";
import type { InspectorData } from "./data";

export function overview(panel: HTMLElement, data: InspectorData, open: (tab: string) => void): void {
  const { parameters, metadata, update } = data;
  const [main] = data.interface;
  const stored = parameters.storage.map(([name]) => name).join(", ");
  const fields = metadata.fields.filter(([, value]) => value).map(([name, value]) => `${name}: ${value}`);
  const box = (tab: string, title: string, lines: string[], missing = false): HTMLElement =>
    el(
      "button",
      { type: "button", class: `bk-card${missing ? " bk-missing" : ""}`, onclick: () => open(tab) },
      el("strong", {}, title),
      ...lines.map((line) => el("span", { class: "bk-card-line" }, line)),
    );
  const names = (rows: { 0: string }[]): string => rows.map((row) => row[0]).join(", ");
  const since2 = [
    box("parameters", "Parameters", [`${count(parameters.count)} numbers in ${plural(parameters.arrays, "array")}`, `${bytes(parameters.bytes)}${stored ? `, ${stored}` : ""}`]),
    box("metadata", "Metadata", [...fields, plural(metadata.user.length, "entry of its own").replace("entry of its owns", "entries of its own")]),
    box("interface", "Interface", [`in: ${names(main?.inputs ?? [])}`, `out: ${names(main?.outputs ?? [])}`]),
  ];
  const absent = ["not in this file", `${plural(data.problems.length, "reason")}: see why`];
  const learned = update ? [`layers: ${update.layers.join(", ") || "nearest neighbors"}`, ...update.losses, ...update.numbers.map(([name, value]) => `${name} ${value}`)] : absent;
  const since3 = [
    box("update", "Update parameters", learned, !update),
    box("update", "Update interface", data.training.length ? [`in: ${names(data.training)}`] : ["not in this file"], !data.training.length),
  ];
  panel.append(
    el(
      "div",
      { class: "bk-picture" },
      el("section", {}, el("h3", {}, "Every model, since Core ML 2"), ...since2),
      el("section", {}, el("h3", {}, "Models that learn, since Core ML 3"), ...since3),
    ),
  );
}
