// What is inside a model file, in tabs.
import type { Context } from "../../base/context";
import { copyButton } from "../../base/copy";
import { el, replace } from "../../base/dom";
import { head } from "../../base/head";
import { type Tab, Tabs } from "../../base/tabs";
import type { InspectorData } from "./data";
import { difference } from "./difference";
import { files } from "./files";
import { metadata } from "./metadata";
import { overview } from "./overview";
import { parameters } from "./parameters";
import { features } from "./parts";
import { specification } from "./specification";
import { update } from "./update";

export function modelInspector(context: Context, body: HTMLElement): void {
  context.keys.add("← → Home End", "from tab to tab");
  context.eachData((current) => show(current, body, current.data<InspectorData>()));
}

function show(context: Context, body: HTMLElement, data: InspectorData): void {
  const open = (name: string): void => {
    tabs.show(name);
    context.setOption("tab", name);
  };
  const all: Tab[] = [
    { name: "overview", title: "Overview", fill: (panel) => overview(panel, data, open) },
    { name: "metadata", title: "Metadata", detail: String(data.metadata.user.length), fill: (panel) => metadata(context, panel, data) },
    { name: "interface", title: "Interface", fill: (panel) => interfaces(context, panel, data) },
    { name: "parameters", title: "Parameters", fill: (panel) => parameters(context, panel, data.parameters) },
    { name: "update", title: data.update ? "Update" : "Why not updatable", fill: (panel) => update(context, panel, data) },
    { name: "files", title: "Files", detail: String(data.files.length), fill: (panel) => files(context, panel, data.files) },
    { name: "specification", title: "Specification", fill: (panel) => specification(context, panel) },
  ];
  if (data.difference) all.splice(1, 0, { name: "difference", title: `Against ${data.other}`, detail: String(data.difference.rows.length), fill: (panel) => difference(context, panel, data) });
  const tabs = new Tabs("Parts of the model file", all, (name) => context.setOption("tab", name), context.signal);
  replace(body, head(data.title, data.facts, copyButton(context, "copy as code", () => data.code)), tabs.element);
  tabs.show(context.option("tab", "overview"));
}

function interfaces(context: Context, panel: HTMLElement, data: InspectorData): void {
  for (const { name, inputs, outputs, states, label, probabilities } of data.interface) {
    if (data.interface.length > 1) panel.append(el("h3", {}, `Function ${name}`));
    panel.append(el("h3", {}, "Inputs"), features(context, "Inputs", inputs), el("h3", {}, "Outputs"), features(context, "Outputs", outputs));
    if (states.length) panel.append(el("h3", {}, "States"), features(context, "States", states));
    if (label) panel.append(el("p", { class: "bk-muted" }, `A classifier: the label is ${label}${probabilities ? `, its probabilities ${probabilities}` : ""}.`));
  }
}
