// The original beside the file: the error of each module as it becomes known, and the final answers.
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { plural } from "../../base/format";
import { head } from "../../base/head";
import { meter } from "../../base/meter";
import { empty } from "../../base/states";
import { Table } from "../../base/table";
import { TaskPlace } from "../../base/task";
import { errors } from "./chart";
import { type Module, type Parity, type ParityData, short } from "./data";

export function parity(context: Context, body: HTMLElement): void {
  context.keys.add("↑ ↓", "from module to module");
  context.keys.add("f", "to the first module above the tolerance", () => body.querySelector<HTMLElement>(".bk-first-above")?.click());
  context.eachData((current) => new ParityView(current, body));
}

class ParityView {
  private readonly context: Context;
  private readonly task: TaskPlace<Parity>;
  private readonly button = el("button", { type: "button", class: "bk-button bk-button-main", onclick: () => this.compare() });
  private readonly said = el("div", {});
  private readonly answers = el("div", {});
  private readonly chart = el("div", {});
  private readonly table: Table<Module>;
  private readonly body = el("div", { class: "bk-pane" });
  private shown: Parity | null = null;

  constructor(context: Context, body: HTMLElement) {
    const data = context.data<ParityData>();
    this.context = context;
    this.task = new TaskPlace(context);
    this.table = new Table<Module>({
      label: "Modules",
      columns: [
        { name: "layer", title: "layer", cell: ([layer, original]) => el("span", { title: original }, parted(layer)[1]), key: ([layer]) => layer },
        { name: "error", title: "largest error", cell: ([, , error, level]) => meter(level, short(error)), key: ([, , , level]) => level, numeric: true },
        { name: "mark", title: "", cell: ([, , , , , , mark]) => (mark ? el("span", { class: "bk-mark" }, mark) : "") },
        { name: "cosine", title: "cosine", cell: ([, , , , cosine]) => (cosine === null ? "not finite" : cosine.toFixed(8)), key: ([, , , , cosine]) => cosine ?? -2, numeric: true },
        { name: "snr", title: "SNR dB", cell: ([, , error, , , snr]) => (snr === null ? (error === 0 ? "equal" : "none") : snr.toFixed(1)), key: ([, , error, , , snr]) => snr ?? (error === 0 ? 1e9 : -1e9), numeric: true },
        { name: "original", title: "original", cell: ([, original]) => el("span", { class: "bk-mono" }, original), key: ([, original]) => original },
      ],
      id: ([layer]) => layer,
      group: ([layer]) => parted(layer)[0],
      onSelect: ([layer]) => this.select(layer),
      sort: context.option("sort", ""),
      onSort: (sort) => context.setOption("sort", sort),
      signal: context.signal,
    });
    const tools = el("div", { class: "bk-pane bk-parity-tools" }, el("div", { class: "bk-row" }, context.live ? this.button : null, el("span", { class: "bk-muted" }, `tolerance ${data.tolerance}`)), this.task.element, el("p", { class: "bk-muted bk-note" }, data.note));
    replace(body, head(data.title, data.facts), tools, this.body);
    this.button.textContent = data.parity ? "Compare again" : "Compare";
    if (data.parity) this.show(data.parity);
    else replace(this.body, empty("Nothing is compared yet.", context.live ? "Press Compare: the original is opened and run beside the file, and both can be cancelled." : "Open the model in a notebook to compare it."));
    context.selection.subscribe(() => this.follow(), context.signal);
  }

  private compare(): void {
    const done = (found: Parity): void => {
      replace(this.task.element);
      this.button.textContent = "Compare again";
      this.show(found);
      this.context.announce(found.statement);
    };
    void this.task.run("Compare", "compare", {}, ({ data }) => done(data), (data) => this.show(data));
  }

  private show(found: Parity): void {
    if (!this.shown) replace(this.body, this.said, this.answers, this.chart, this.table.element);
    this.shown = found;
    const first = found.modules.find((module) => module[6] === "first above");
    const jump = first ? el("button", { type: "button", class: "bk-button bk-small bk-first-above", onclick: () => this.select(first[0]) }, "show it") : null;
    const words = found.complete ? found.statement : `${plural(found.modules.length, "module")} compared so far.`;
    replace(this.said, el("p", { class: "bk-row bk-note" }, words, jump));
    replace(this.answers, found.answer === null ? null : this.finals(found));
    replace(this.chart, errors(found, this.chart.clientWidth || 640));
    this.table.show(found.modules);
    this.follow();
  }

  private finals({ answer, engines }: Parity): HTMLElement {
    const rows: [string, string, string, string, string][] = [["original (torch)", answer ?? "", "", "", "float32"]];
    for (const [name, settings, text, same, error] of engines) rows.push([name, text, same ? "the same answer" : "another answer", short(error), settings]);
    const table = new Table<(typeof rows)[number]>({
      label: "Final answers",
      columns: ["computed by", "answer", "", "largest error of a logit", "settings"].map((title, at) => ({
        name: title,
        title,
        cell: (row) => (at === 2 && row[at] ? el("span", { class: row[at] === "another answer" ? "bk-mark" : "bk-mark bk-same" }, row[at]) : (row[at] ?? "")),
        numeric: at === 3,
      })),
      id: ([name]) => name,
      signal: this.context.signal,
    });
    table.show(rows);
    return table.element;
  }

  private select(layer: string): void {
    this.context.selection.set({ layer, module: layer.split("__").slice(0, -1).join("/") });
    this.follow();
  }

  private follow(): void {
    const { layer } = this.context.selection.value;
    this.table.select(layer ?? "");
    for (const bar of this.chart.querySelectorAll("[data-bk-layer]")) bar.classList.toggle("bk-error-chosen", bar.getAttribute("data-bk-layer") === layer);
  }
}

// The encoder layer that a layer belongs to, and the rest of its path.
function parted(layer: string): [string, string] {
  const parts = layer.split("__");
  const around = parts.length > 2 ? 2 : 0;
  return [parts.slice(0, around).join(" / "), parts.slice(around).join(" / ")];
}
