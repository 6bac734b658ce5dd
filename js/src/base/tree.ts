// An ARIA tree: arrows fold and move, typing finds, one tab stop. The rows are siblings that state their level.
import { el } from "./dom";

export interface TreeItem {
  id: string;
  label: string;
  // In a quieter tone after the label.
  detail?: string;
  // At the right edge.
  value?: string;
  // A mark such as "updatable", shown and read.
  mark?: string;
  children: TreeItem[];
}

export interface TreeOptions {
  label: string;
  onSelect: (id: string) => void;
  // How many levels are unfolded at first.
  depth?: number;
  signal: AbortSignal;
}

interface Row {
  item: TreeItem;
  element: HTMLElement;
  parent: Row | undefined;
  folded: boolean;
  matches: boolean;
}

const TYPE_AHEAD_MS = 600;

export class Tree {
  readonly element: HTMLElement;
  private readonly options: TreeOptions;
  private readonly rows = new Map<string, Row>();
  private typed = "";
  private typedAt = 0;

  constructor(items: TreeItem[], options: TreeOptions) {
    this.options = options;
    this.element = el("div", { role: "tree", class: "bk-tree", "aria-label": options.label });
    items.forEach((item, at) => this.add(item, undefined, 1, at, items.length));
    this.element.addEventListener("keydown", (event) => this.pressed(event), { signal: options.signal });
    this.element.addEventListener("click", (event) => this.clicked(event), { signal: options.signal });
    this.refresh();
    this.stop(this.visible()[0]);
  }

  // Marks `id` as selected, unfolding what hides it. Does not call back.
  select(id: string, focus = false): void {
    const chosen = this.rows.get(id);
    if (!chosen) return;
    for (const row of this.rows.values()) row.element.setAttribute("aria-selected", String(row === chosen));
    for (let row = chosen.parent; row; row = row.parent) row.folded = false;
    this.refresh();
    this.stop(chosen);
    if (focus) chosen.element.focus();
    chosen.element.scrollIntoView({ block: "nearest" });
  }

  // Shows only items that match and what leads to them; without a test all of them.
  filter(matches?: (id: string) => boolean): void {
    for (const row of this.rows.values()) row.matches = matches === undefined || matches(row.item.id);
    for (const row of [...this.rows.values()].filter((found) => found.matches)) {
      for (let above = row.parent; above; above = above.parent) {
        above.matches = true;
        if (matches) above.folded = false;
      }
    }
    this.refresh();
    const visible = this.visible();
    this.stop(visible.find(({ element }) => element.getAttribute("aria-selected") === "true") ?? visible[0]);
  }

  // Changes what stands at the right edges.
  values(value: (id: string) => string): void {
    for (const [id, { element }] of this.rows) {
      const place = element.querySelector(".bk-tree-value");
      if (place) place.textContent = value(id);
    }
  }

  private add(item: TreeItem, parent: Row | undefined, level: number, at: number, siblings: number): void {
    const element = el(
      "div",
      { role: "treeitem", class: "bk-tree-line", "aria-level": level, "aria-posinset": at + 1, "aria-setsize": siblings, "aria-selected": "false", tabindex: -1 },
      el("span", { class: "bk-tree-arrow", "aria-hidden": "true" }),
      el("span", { class: "bk-tree-label" }, item.label),
      item.detail ? el("span", { class: "bk-muted" }, item.detail) : null,
      item.mark ? el("span", { class: "bk-mark" }, item.mark) : null,
      el("span", { class: "bk-tree-value" }, item.value ?? ""),
    );
    element.style.setProperty("--bk-level", String(level));
    element.dataset["bkItem"] = item.id;
    const row: Row = { item, element, parent, folded: level > (this.options.depth ?? 2), matches: true };
    this.rows.set(item.id, row);
    this.element.append(element);
    item.children.forEach((child, index) => this.add(child, row, level + 1, index, item.children.length));
  }

  private refresh(): void {
    for (const row of this.rows.values()) {
      let hidden = !row.matches;
      for (let above = row.parent; above; above = above.parent) hidden ||= above.folded;
      row.element.hidden = hidden;
      if (row.item.children.length) row.element.setAttribute("aria-expanded", String(!row.folded));
    }
  }

  private fold(row: Row, folded: boolean): void {
    row.folded = folded;
    this.refresh();
  }

  private visible(): Row[] {
    return [...this.rows.values()].filter(({ element }) => !element.hidden);
  }

  private stop(row: Row | undefined): void {
    for (const other of this.rows.values()) other.element.tabIndex = other === row ? 0 : -1;
  }

  private choose(row: Row): void {
    this.select(row.item.id, true);
    this.options.onSelect(row.item.id);
  }

  private at(target: EventTarget | null): Row | undefined {
    const element = (target as Element).closest<HTMLElement>("[role=treeitem]");
    return element ? this.rows.get(element.dataset["bkItem"] as string) : undefined;
  }

  private clicked(event: MouseEvent): void {
    const row = this.at(event.target);
    if (!row) return;
    if ((event.target as Element).classList.contains("bk-tree-arrow") && row.item.children.length) this.fold(row, !row.folded);
    else this.choose(row);
  }

  private pressed(event: KeyboardEvent): void {
    const row = this.at(event.target);
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const to = this.target(event.key, row);
    if (to) this.choose(to);
    else if (event.key === "ArrowRight" || event.key === "ArrowLeft") this.fold(row, event.key === "ArrowLeft");
    else if (event.key !== "Enter" && event.key !== " " && !this.typeAhead(event.key, row)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  private target(key: string, row: Row): Row | undefined {
    const rows = this.visible();
    const at = rows.indexOf(row);
    const unfolded = row.item.children.length > 0 && !row.folded;
    if (key === "ArrowDown") return rows[at + 1] ?? row;
    if (key === "ArrowUp") return rows[at - 1] ?? row;
    if (key === "Home") return rows[0];
    if (key === "End") return rows.at(-1);
    if (key === "ArrowRight" && unfolded) return rows[at + 1];
    if (key === "ArrowLeft" && !unfolded) return row.parent;
    return undefined;
  }

  private typeAhead(key: string, row: Row): boolean {
    if (key.length !== 1 || "/?".includes(key)) return false;
    const now = performance.now();
    this.typed = now - this.typedAt < TYPE_AHEAD_MS ? this.typed + key.toLowerCase() : key.toLowerCase();
    this.typedAt = now;
    const rows = this.visible();
    const from = rows.indexOf(row) + (this.typed.length > 1 ? 0 : 1);
    const ordered = [...rows.slice(from), ...rows.slice(0, from)];
    const found = ordered.find(({ item }) => item.label.toLowerCase().startsWith(this.typed));
    if (found) this.choose(found);
    return found !== undefined;
  }
}
