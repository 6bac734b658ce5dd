// Who attends to whom: every head small, one head (or the average of up to four) in detail, and the answer without.
import { Latest } from "../../base/channel";
import type { Context } from "../../base/context";
import { el, replace } from "../../base/dom";
import { head } from "../../base/head";
import { saveCanvas } from "../../base/save";
import { TaskPlace } from "../../base/task";
import { type AttentionData, filters, type Grid, Heads, type Place, placeName } from "./data";
import { Detail } from "./detail";
import { HeadsGrid } from "./grid";
import { Tried } from "./tried";

const MOST_PINNED = 4;

export function attentionView(context: Context, body: HTMLElement): void {
  context.keys.add("↑ ↓ ← →", "from head to head, in the matrix from token to token");
  context.keys.add("Home End", "first and last of a row");
  context.keys.add("p", "pin the head, or let it go", () => body.querySelector<HTMLElement>(".bk-pin")?.click());
  context.eachData((current) => open(current, body));
}

function open(context: Context, body: HTMLElement): void {
  const data = context.data<AttentionData>();
  const task = new TaskPlace<Grid>(context);
  const place = el("div", {}, el("div", { class: "bk-pane" }, task.element));
  replace(body, head(data.title, data.facts), place);
  void task.run("Compute attention", "grid", {}, ({ data: grid, buffers }) => new AttentionView(context, place, data, grid, buffers[0] as DataView));
}

class AttentionView {
  private readonly context: Context;
  private readonly grid: Grid;
  private readonly pieces: string[];
  private readonly map: HeadsGrid;
  private readonly detail: Detail;
  private readonly tried: Tried;
  private readonly heads: Heads;
  private readonly latest = new Latest();
  private readonly heading = el("div", {});
  private place: Place;
  private token: number | undefined;
  private shown = "";

  constructor(context: Context, body: HTMLElement, data: AttentionData, grid: Grid, thumbnails: DataView) {
    const { signal } = context;
    this.context = context;
    this.grid = grid;
    this.pieces = data.tokens.pieces;
    this.place = grid.first;
    this.heads = new Heads(context);
    this.map = new HeadsGrid(grid, thumbnails, this.pieces, (place) => this.choose(place), signal);
    this.detail = new Detail(context, this.pieces, filters(data.tokens.parts), (token) => this.context.selection.set({ token }));
    this.tried = new Tried(context, data, () => ({ places: this.seen, token: this.token }));
    const save = el("button", { type: "button", class: "bk-button bk-small", onclick: () => saveCanvas(this.map.canvas, "heads") }, "save picture");
    const left = el("div", { class: "bk-pane" }, el("div", { class: "bk-row" }, el("strong", {}, "Heads"), el("span", { class: "bk-muted" }, "rows are layers, columns are heads"), save), this.map.element, el("p", { class: "bk-muted bk-note" }, data.note));
    const right = el("div", { class: "bk-pane" }, this.heading, this.detail.element, this.tried.element);
    replace(body, el("div", { class: "bk-panes bk-attention" }, left, right));
    context.selection.subscribe(() => this.follow(), signal);
    context.onOptions(() => this.show());
    this.follow();
  }

  private get pinned(): Place[] {
    const text = this.context.option<string>("pinned", "");
    return text ? text.split(" ").map((item) => item.split(".").map(Number) as Place) : [];
  }

  // What the detail is about: one head, or the average of those that are pinned.
  private get seen(): Place[] {
    return this.context.option<boolean>("average", false) && this.pinned.length > 1 ? this.pinned : [this.place];
  }

  private choose([layer, head]: Place): void {
    const module = this.grid.modules[layer] ?? [];
    this.context.setOption("average", false);
    this.context.selection.set({ module: module.join("/"), layer: [...module, "context"].join("__"), head });
    this.follow();
  }

  // Takes over what is selected, here or in a linked view: a layer or module of another kind says which row.
  private follow(): void {
    const { layer, module, head, token } = this.context.selection.value;
    const path = (layer ?? module ?? "").split(/__|\//);
    const row = this.grid.modules.findIndex((own) => own[0] === path[0] && own[1] === path[1]);
    this.place = [row < 0 ? this.place[0] : row, head !== undefined && head < this.grid.heads ? head : this.place[1]];
    this.token = token !== undefined && token < this.pieces.length ? token : undefined;
    this.show();
  }

  private show(): void {
    this.map.select(this.place, this.pinned);
    this.head();
    this.tried.update();
    const wanted = this.seen.join(" ");
    this.detail.token(this.token);
    if (wanted === this.shown) return;
    this.shown = wanted;
    void this.draw();
  }

  private async draw(): Promise<void> {
    const places = this.seen;
    try {
      const bytes = await this.latest.run((signal) => this.heads.average(places, signal));
      if (bytes) this.detail.show(bytes, places.length > 1 ? `average of ${places.length} heads` : placeName(places[0] as Place));
    } catch (error) {
      this.detail.fail(error);
    }
  }

  private head(): void {
    const { pinned, place } = this;
    const average = this.seen.length > 1;
    const at = pinned.findIndex((other) => String(other) === String(place));
    const full = at < 0 && pinned.length >= MOST_PINNED;
    const pin = el("button", { type: "button", class: "bk-button bk-small bk-pin", "aria-pressed": String(at >= 0), disabled: full, title: full ? "At most four heads are pinned" : "Pin (p)" }, at >= 0 ? "pinned" : "pin");
    pin.addEventListener("click", () => this.pin(at < 0 ? [...pinned, place] : pinned.filter((_, index) => index !== at)));
    const chips = pinned.map((other) => {
      const chip = el("button", { type: "button", class: "bk-button bk-small", "aria-label": `Show ${placeName(other)}` }, `${other[0] + 1}.${other[1] + 1}`);
      chip.addEventListener("click", () => this.choose(other));
      return chip;
    });
    const mean = el("button", { type: "button", class: "bk-button bk-small", "aria-pressed": String(average) }, `average of ${pinned.length}`);
    mean.addEventListener("click", () => this.context.setOption("average", !average));
    const focused = this.heading.contains(document.activeElement) ? [...this.heading.querySelectorAll("button")].indexOf(document.activeElement as HTMLButtonElement) : -1;
    const title = average ? `Average of ${pinned.map(([layer, head]) => `${layer + 1}.${head + 1}`).join(", ")}` : `Layer ${place[0] + 1}, head ${place[1] + 1}`;
    replace(
      this.heading,
      el("div", { class: "bk-row" }, el("strong", {}, title), average ? null : pin, pinned.length ? el("span", { class: "bk-muted" }, "pinned") : null, ...chips, pinned.length > 1 ? mean : null),
    );
    if (focused >= 0) this.heading.querySelectorAll("button")[focused]?.focus();
  }

  private pin(places: Place[]): void {
    this.context.setOption("pinned", places.map((place) => place.join(".")).join(" "));
    if (places.length < 2) this.context.setOption("average", false);
    this.context.announce(`${places.length} pinned`);
  }
}
