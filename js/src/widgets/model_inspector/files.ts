// The files with their sizes, and their hashes when asked for.
import { Cancelled } from "../../base/channel";
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { bytes } from "../../base/format";
import { failure, running } from "../../base/states";
import type { InspectorData } from "./data";
import { mono, table } from "./parts";

export function files(context: Context, panel: HTMLElement, rows: InspectorData["files"]): void {
  panel.append(
    table(context, "Files of the model", [
      { name: "file", title: "file", cell: ([name]) => mono(name) },
      { name: "role", title: "role", cell: ([, , role]) => role },
      { name: "size", title: "size", cell: ([, size]) => bytes(size), numeric: true },
      { name: "hash", title: "SHA-256", cell: ([name]) => hash(context, name) },
    ], rows),
  );
}

function hash(context: Context, file: string): HTMLElement {
  const place = el("span", {});
  const start = (): HTMLElement => el("button", { type: "button", class: "bk-button bk-small", "aria-label": `compute the hash of ${file}`, onclick: () => void ask() }, "compute");
  const ask = async (): Promise<void> => {
    const controller = new AbortController();
    const bar = running("reading", () => controller.abort());
    replace(place, bar.element);
    try {
      const answer = await context.ask<string>("hash", { file }, { signal: controller.signal, onProgress: bar.update });
      replace(place, mono(answer.data));
      context.announce(`hash of ${file}: ${answer.data.slice(0, 8)}`);
    } catch (error) {
      replace(place, error instanceof Cancelled ? start() : failure(error));
    }
  };
  place.append(start());
  return place;
}
