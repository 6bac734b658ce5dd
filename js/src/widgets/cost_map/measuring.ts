// Measure: which row lengths, how many runs, progress and Cancel.
import { Latest } from "../../base/channel";
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { failure, running } from "../../base/states";
import type { Cost, CostData } from "./data";

const RUNS = [5, 10, 20, 50];

export function measuring(context: Context, data: CostData, onDone: (costs: Cost[]) => void): HTMLElement {
  const latest = new Latest();
  const state = el("div", {});
  const boxes = data.lengths.map((length) => el("input", { type: "checkbox", value: length, checked: data.chosen.includes(length) }));
  const lengths = boxes.map((box) => el("label", { class: "bk-check" }, box, box.value));
  const runs = el("select", { class: "bk-select", "aria-label": "Runs" });
  for (const count of RUNS) runs.append(el("option", { value: count, selected: count === data.runs }, `${count} runs`));
  const measure = async (): Promise<void> => {
    const wait = running("measuring", () => {
      latest.cancel();
      button.disabled = false;
      replace(state, el("p", { class: "bk-muted" }, "Cancelled. What was measured before is kept."));
    });
    replace(state, wait.element);
    button.disabled = true;
    const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
    try {
      const answer = await latest.run((signal) => context.ask<Cost[]>("measure", { lengths: chosen.join(" "), runs: Number(runs.value) }, { signal, onProgress: wait.update }));
      if (!answer) return;
      replace(state);
      context.announce("measured");
      onDone(answer.data);
    } catch (error) {
      replace(state, failure(error));
    }
    button.disabled = false;
  };
  const button = el("button", { type: "button", class: "bk-button bk-button-main", onclick: () => void measure() }, data.costs.length ? "Measure again" : "Measure");
  context.signal.addEventListener("abort", () => latest.cancel(), { once: true });
  const choice = lengths.length > 1 ? el("span", { class: "bk-row bk-checks", role: "group", "aria-label": "Tokens in a row" }, el("span", { class: "bk-muted" }, "tokens"), ...lengths) : null;
  return el("div", { class: "bk-measuring" }, el("div", { class: "bk-row" }, button, choice, runs), state);
}
