// The same questions answered before and after: figures for each set, then the questions, those that changed first.
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { plural } from "../../base/format";
import { head } from "../../base/head";
import { empty } from "../../base/states";
import { Table } from "../../base/table";

// Change, question, right words, before, after, document.
type Item = [string, string, string, string, string, string];

interface Group {
  name: string;
  meaning: string;
  before: string;
  after: string;
  counts: string;
  left_out: number;
  items: Item[];
}

interface BeforeAfterData {
  title: string;
  verdict: string;
  forgets: boolean;
  groups: Group[];
}

const SIGNS: { [change: string]: string } = { fixed: "✓ fixed", broken: "✗ broken", better: "↑ better", worse: "↓ worse", same: "= same" };

export function beforeAfter(context: Context, body: HTMLElement): void {
  context.eachData((current) => {
    const data = current.data<BeforeAfterData>();
    const place = el("div", { class: "bk-pane" });
    replace(body, head(data.title, []), place);
    compare(current, place, data);
  });
}

export function compare(context: Context, place: HTMLElement, data: BeforeAfterData): void {
  if (!data.groups.length) {
    replace(place, empty("There is nothing to compare yet.", "Correct some answers and personalize the reader."));
    return;
  }
  const figures = new Table<Group>({
    label: "F1 before and after",
    columns: [
      { name: "set", title: "set", cell: (group) => el("span", {}, el("strong", {}, group.name), el("span", { class: "bk-muted" }, ` ${group.meaning}`)) },
      { name: "before", title: "F1 before", cell: ({ before }) => before, numeric: true },
      { name: "after", title: "F1 after", cell: ({ after }) => after, numeric: true },
      { name: "changes", title: "changes", cell: ({ counts }) => counts },
    ],
    id: ({ name }) => name,
    signal: context.signal,
  });
  figures.show(data.groups);
  const said = el("p", { class: data.forgets ? "bk-note bk-forgets" : "bk-note" }, data.forgets ? el("strong", {}, "It forgets. ") : null, data.verdict);
  figures.element.classList.add("bk-compare");
  replace(place, said, figures.element, questions(context, data.groups.filter(({ items }) => items.length)));
}

function questions(context: Context, groups: Group[]): HTMLElement {
  const place = el("div", {});
  const table = new Table<Item>({
    label: "Questions, those that changed first",
    columns: [
      { name: "change", title: "change", cell: ([change]) => el("span", { class: `bk-change bk-change-${change}` }, SIGNS[change] ?? change), key: ([change]) => Object.keys(SIGNS).indexOf(change) },
      { name: "question", title: "question", cell: ([, question, , , , source]) => el("span", { title: source, dir: "auto" }, question), key: ([, question]) => question },
      { name: "right", title: "right words", cell: ([, , right]) => el("span", { dir: "auto" }, right) },
      { name: "before", title: "before", cell: ([, , , before]) => el("span", { dir: "auto" }, before || "nothing") },
      { name: "after", title: "after", cell: ([, , , , after]) => el("span", { dir: "auto" }, after || "nothing") },
    ],
    id: (item) => item.join("\n"),
    signal: context.signal,
  });
  table.element.classList.add("bk-compare");
  const left = el("p", { class: "bk-muted bk-note" });
  const buttons = groups.map((group) => el("button", { type: "button", class: "bk-button bk-small", onclick: () => show(group) }, `${group.name} (${group.items.length})`));
  const show = (group: Group): void => {
    for (const [at, button] of buttons.entries()) button.setAttribute("aria-pressed", String(groups[at] === group));
    table.show(group.items);
    left.textContent = group.left_out ? `${plural(group.left_out, "question")} that did not change are left out.` : "";
    context.setOption("set", group.name);
  };
  const first = groups.find(({ name }) => name === context.option("set", "")) ?? groups[0];
  if (first) show(first);
  place.append(el("div", { class: "bk-row bk-sets", role: "group", "aria-label": "Set of questions" }, ...buttons), table.element, left);
  return place;
}
