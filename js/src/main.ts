// The bundle's entry: anywidget calls `render` once per output; in a page the recorded widgets come to life by themselves.
import type { RenderProps } from "@anywidget/types";
import type { View } from "./base/context";
import { el } from "./base/dom";
import type { Model } from "./base/model";
import { type Recorded, RecordedModel } from "./base/recorded";
import { mount } from "./base/shell";
import { empty } from "./base/states";
import { views } from "./widgets/registry";

function viewOf(kind: string): View {
  const unknown: View = (_, body) =>
    body.append(empty(`There is no view "${kind}" in this script.`, "Restart the kernel and reload the page."));
  return views[kind] ?? unknown;
}

function render({ model, el: place, signal }: RenderProps): () => void {
  const controller = new AbortController();
  signal?.addEventListener("abort", () => controller.abort(), { once: true });
  const plain = model as unknown as Model;
  mount(viewOf(String(plain.get("_kind"))), plain, place, controller.signal);
  return () => controller.abort();
}

function hydrate(document: Document): void {
  for (const embed of document.querySelectorAll<HTMLElement>(".bk-embed:not([data-bk-alive])")) {
    embed.dataset["bkAlive"] = "true";
    const data = embed.querySelector(".bk-data")?.textContent;
    if (!data) continue;
    const model = new RecordedModel(JSON.parse(data) as Recorded);
    const place = el("div", {});
    embed.querySelector(".bk-static")?.replaceWith(place);
    mount(viewOf(String(model.get("_kind"))), model, place, new AbortController().signal);
  }
}

hydrate(document);

export default { render };
