// Metadata, and a copy of the model with other metadata.
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { plural } from "../../base/format";
import { failure } from "../../base/states";
import type { InspectorData } from "./data";
import { definitions, mono } from "./parts";

const LONG = 120;

export function metadata(context: Context, panel: HTMLElement, data: InspectorData): void {
  const { fields, user } = data.metadata;
  const none = (): Node => el("span", { class: "bk-muted" }, "none");
  panel.append(definitions(fields.map(([name, value]) => [name, value || none()])));
  panel.append(el("h3", {}, "Entries of its own"));
  if (user.length) panel.append(definitions(user.map(([key, value, length, meaning]) => [key, entry(value, length, meaning)])));
  else panel.append(el("p", { class: "bk-muted" }, "None."));
  if (context.live) panel.append(edit(context, data));
}

function entry(value: string, length: number, meaning: string): HTMLElement {
  const said = meaning ? el("span", { class: "bk-muted" }, ` ${meaning}`) : null;
  if (length <= LONG) return el("span", {}, mono(value), said);
  const title = el("summary", { class: "bk-plain" }, plural(length, "character"), said);
  return el("details", {}, title, el("pre", { class: "bk-mono bk-value", tabindex: 0 }, value));
}

function edit(context: Context, data: InspectorData): HTMLElement {
  const inputs = data.metadata.fields.map(([name, value]) => el("input", { class: "bk-search", value, "aria-label": name, name }));
  const path = el("input", { class: "bk-search", placeholder: `copy-of-${data.title}`, "aria-label": "path of the copy", required: true });
  const said = el("div", { role: "status" });
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const fields = Object.fromEntries(inputs.map((input) => [input.name, input.value]));
    try {
      const answer = await context.ask<string>("save_as", { path: path.value || path.placeholder, fields: JSON.stringify(fields) });
      replace(said, `written: ${answer.data}`);
    } catch (error) {
      replace(said, failure(error));
    }
  };
  const rows = inputs.map((input) => el("label", {}, el("span", { class: "bk-muted" }, input.name), input));
  const target = el("label", {}, el("span", { class: "bk-muted" }, "path of the copy"), path);
  const button = el("button", { type: "submit", class: "bk-button bk-button-main" }, "Save as");
  return el("details", {}, el("summary", {}, "Edit and save as a copy"), el("form", { class: "bk-form", novalidate: true, onsubmit: (event: Event) => void save(event) }, ...rows, target, button, said));
}
