// Opens a document from a file, a drop or pasted text. Python reads it: nothing of it becomes markup here.
import { Cancelled } from "../../base/channel";
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { failure, running } from "../../base/states";
import type { AskData } from "./data";

// A notebook server closes the connection over a message of 10 MiB.
const PIECE_BYTES = 4_000_000;

export class Opener {
  readonly element: HTMLElement;
  private readonly context: Context;
  private readonly onOpened: (data: AskData) => void;
  private readonly state = el("div", {});

  constructor(context: Context, formats: string[], onOpened: (data: AskData) => void) {
    this.context = context;
    this.onOpened = onOpened;
    const file = el("input", { type: "file", accept: formats.join(","), hidden: true });
    file.addEventListener("change", () => {
      if (file.files?.[0]) void this.open(file.files[0]);
      file.value = "";
    });
    const choose = el("button", { type: "button", class: "bk-button bk-button-main", onclick: () => file.click() }, "Open a file");
    const pasted = el("textarea", { class: "bk-paste", rows: 4, dir: "auto", "aria-label": "Text to ask", placeholder: "or paste a text here" });
    const take = el("button", { type: "button", class: "bk-button", onclick: () => void this.paste(pasted.value) }, "Use this text");
    this.element = el(
      "div",
      { class: "bk-opener" },
      el("div", { class: "bk-row" }, choose, el("span", { class: "bk-muted" }, `or drop it here: ${formats.join(" ")}`), file),
      pasted,
      el("div", { class: "bk-row" }, take),
      this.state,
    );
  }

  // Takes files that are dropped on `place`.
  dropOn(place: HTMLElement): void {
    const { signal } = this.context;
    place.addEventListener("dragover", (event) => event.preventDefault(), { signal });
    place.addEventListener(
      "drop",
      (event) => {
        const file = event.dataTransfer?.files[0];
        if (!file) return;
        event.preventDefault();
        void this.open(file);
      },
      { signal },
    );
  }

  private async open(file: File): Promise<void> {
    const controller = new AbortController();
    const bar = running(`opening ${file.name}`, () => controller.abort());
    replace(this.state, bar.element);
    const { signal } = controller;
    await this.finish(async () => {
      const content = await file.arrayBuffer();
      for (let at = 0; at === 0 || at < content.byteLength; at += PIECE_BYTES) {
        await this.context.ask("send", { first: at === 0 }, { signal, buffers: [content.slice(at, at + PIECE_BYTES)] });
        bar.update({ done: at, total: content.byteLength, note: `sending ${file.name}` });
      }
      return this.context.ask<AskData>("open", { name: file.name }, { signal, onProgress: bar.update });
    });
  }

  private paste(text: string): Promise<void> {
    return this.finish(() => this.context.ask<AskData>("paste", { text }));
  }

  private async finish(ask: () => Promise<{ data: AskData }>): Promise<void> {
    try {
      const { data } = await ask();
      replace(this.state);
      this.onOpened(data);
    } catch (error) {
      replace(this.state, error instanceof Cancelled ? null : failure(error));
    }
  }
}
