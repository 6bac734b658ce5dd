// A place for the result of a task: progress with Cancel while it runs, the failure in words if it fails.
import { type Answer, Latest, type Progress } from "./channel";
import type { Context } from "./context";
import { el, replace } from "./dom";
import type { Fields } from "./model";
import { failure, running } from "./states";

const LATE_MS = 250;

export class TaskPlace<Data> {
  readonly element: HTMLElement;
  private readonly context: Context;
  private readonly latest = new Latest();

  constructor(context: Context) {
    this.context = context;
    this.element = el("div", {});
    context.signal.addEventListener("abort", () => this.latest.cancel(), { once: true });
  }

  // Asks, and calls `show` with the answer; a newer call takes over. After Cancel there is a button to ask again.
  // `onData` is called with what is known before the end.
  async run(label: string, method: string, parameters: Fields, show: (answer: Answer<Data>) => void, onData?: (data: Data) => void): Promise<void> {
    const again = (): void => void this.run(label, method, parameters, show, onData);
    const cancel = (): void => {
      this.latest.cancel();
      replace(this.element, el("button", { type: "button", class: "bk-button", onclick: again }, label));
    };
    const { element, update } = running(label, cancel);
    const onProgress = (progress: Progress): void => {
      update(progress);
      if (progress.data) onData?.(progress.data as Data);
    };
    // Quick answers replace what is shown without a flicker.
    const late = setTimeout(() => replace(this.element, element), LATE_MS);
    try {
      const answer = await this.latest.run((signal) => this.context.ask<Data>(method, parameters, { signal, onProgress }));
      if (answer) show(answer);
    } catch (error) {
      replace(this.element, failure(error));
    } finally {
      clearTimeout(late);
    }
  }
}
