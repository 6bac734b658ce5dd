// An ARIA tree: arrows fold and move, typing finds, one tab stop.
import { el, uniqueId } from "./dom";

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

const TYPE_AHEAD_MS = 600;

export class Tree {
  readonly element: HTMLElement;
  private readonly options: TreeOptions;
  private readonly rows = new Map<string, HTMLElement>();
  private readonly items = new Map<string, TreeItem>();
  private typed = "";
  private typedAt = 0;

  constructor(items: TreeItem[], options: TreeOptions) {
    this.options = options;
    this.element = el("ul", { role: "tree", class: "bk-tree", "aria-label": options.label });
    for (const item of items) this.element.append(this.row(item, 1));
    this.element.addEventListener("keydown", (event) => this.pressed(event), { signal: options.signal });
    this.element.addEventListener("click", (event) => this.clicked(event), { signal: options.signal });
    this.stop(this.visible()[0]);
  }

  // Marks `id` as selected, unfolding what hides it. Does not call back.
  select(id: string, focus = false): void {
    const chosen = this.rows.get(id);
    if (!chosen) return;
    for (const row of this.rows.values()) row.setAttribute("aria-selected", String(row === chosen));
    for (let row = this.parent(chosen); row; row = this.parent(row)) this.fold(row, false);
    this.stop(chosen);
    if (focus) chosen.focus();
    chosen.querySelector(".bk-tree-line")?.scrollIntoView({ block: "nearest" });
  }

  // Shows only items that match and what leads to them; without a test all of them.
  filter(matches?: (id: string) => boolean): void {
    const visit = (item: TreeItem): boolean => {
      const own = matches === undefined || matches(item.id);
      const inner = item.children.map(visit).includes(true);
      const row = this.rows.get(item.id) as HTMLElement;
      row.hidden = !(own || inner);
      if (matches && inner) this.fold(row, false);
      return own || inner;
    };
    for (const item of this.items.values()) if (!this.parent(this.rows.get(item.id) as HTMLElement)) visit(item);
    this.stop(this.visible().find((row) => row.getAttribute("aria-selected") === "true") ?? this.visible()[0]);
  }

  // Changes what stands at the right edges.
  values(value: (id: string) => string): void {
    for (const [id, row] of this.rows) {
      const place = row.querySelector<HTMLElement>(":scope > .bk-tree-line > .bk-tree-value");
      if (place) place.textContent = value(id);
    }
  }

  private row(item: TreeItem, level: number): HTMLElement {
    const id = uniqueId();
    const line = el(
      "div",
      { class: "bk-tree-line", id },
      el("span", { class: "bk-tree-arrow", "aria-hidden": "true" }),
      el("span", { class: "bk-tree-label" }, item.label),
      item.detail ? el("span", { class: "bk-muted" }, item.detail) : null,
      item.mark ? el("span", { class: "bk-mark" }, item.mark) : null,
      el("span", { class: "bk-tree-value" }, item.value ?? ""),
    );
    line.style.setProperty("--bk-level", String(level));
    const row = el("li", { role: "treeitem", "aria-level": level, "aria-selected": "false", "aria-labelledby": id, tabindex: -1 }, line);
    row.dataset["bkItem"] = item.id;
    this.rows.set(item.id, row);
    this.items.set(item.id, item);
    if (item.children.length) {
      row.append(el("ul", { role: "group" }, ...item.children.map((child) => this.row(child, level + 1))));
      this.fold(row, level > (this.options.depth ?? 2));
    }
    return row;
  }

  private fold(row: HTMLElement, folded: boolean): void {
    if (row.querySelector(":scope > ul")) row.setAttribute("aria-expanded", String(!folded));
  }

  private parent(row: HTMLElement): HTMLElement | null {
    return row.parentElement?.closest<HTMLElement>("[role=treeitem]") ?? null;
  }

  private visible(): HTMLElement[] {
    return [...this.rows.values()].filter((row) => {
      if (row.hidden) return false;
      for (let above = this.parent(row); above; above = this.parent(above)) {
        if (above.hidden || above.getAttribute("aria-expanded") === "false") return false;
      }
      return true;
    });
  }

  private stop(row: HTMLElement | undefined): void {
    for (const other of this.rows.values()) other.tabIndex = other === row ? 0 : -1;
  }

  private choose(row: HTMLElement): void {
    const id = row.dataset["bkItem"] as string;
    this.select(id, true);
    this.options.onSelect(id);
  }

  private clicked(event: MouseEvent): void {
    const row = (event.target as Element).closest<HTMLElement>("[role=treeitem]");
    if (!row) return;
    if ((event.target as Element).classList.contains("bk-tree-arrow")) {
      this.fold(row, row.getAttribute("aria-expanded") === "true");
      return;
    }
    this.choose(row);
  }

  private pressed(event: KeyboardEvent): void {
    const row = (event.target as Element).closest<HTMLElement>("[role=treeitem]");
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const to = this.target(event.key, row);
    if (to) this.choose(to);
    else if (event.key === "ArrowRight" || event.key === "ArrowLeft") this.fold(row, event.key === "ArrowLeft");
    else if (event.key !== "Enter" && event.key !== " ") {
      if (!this.typeAhead(event.key, row)) return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private target(key: string, row: HTMLElement): HTMLElement | null | undefined {
    const rows = this.visible();
    const at = rows.indexOf(row);
    const expanded = row.getAttribute("aria-expanded");
    if (key === "ArrowDown") return rows[at + 1] ?? row;
    if (key === "ArrowUp") return rows[at - 1] ?? row;
    if (key === "Home") return rows[0];
    if (key === "End") return rows.at(-1);
    if (key === "ArrowRight" && expanded === "true") return rows[at + 1];
    if (key === "ArrowLeft" && expanded !== "true") return this.parent(row);
    return undefined;
  }

  private typeAhead(key: string, row: HTMLElement): boolean {
    if (key.length !== 1 || "/?".includes(key)) return false;
    const now = performance.now();
    this.typed = now - this.typedAt < TYPE_AHEAD_MS ? this.typed + key.toLowerCase() : key.toLowerCase();
    this.typedAt = now;
    const rows = this.visible();
    const from = rows.indexOf(row) + (this.typed.length > 1 ? 0 : 1);
    const ordered = [...rows.slice(from), ...rows.slice(0, from)];
    const label = (candidate: HTMLElement): string => this.items.get(candidate.dataset["bkItem"] as string)?.label ?? "";
    const found = ordered.find((candidate) => label(candidate).toLowerCase().startsWith(this.typed));
    if (found) this.choose(found);
    return found !== undefined;
  }
}
