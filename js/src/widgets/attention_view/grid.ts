// All heads as small pictures, a row for each layer and a column for each head.
import { el } from "../../base/dom";
import { percent } from "../../base/format";
import type { Heat } from "../../base/heat";
import { HeatMap } from "../../base/heat_map";
import { type Grid, type Place, placeName } from "./data";

// Wide enough to be seen between pictures that are drawn at half their size.
const GAP = 4;

export class HeadsGrid {
  readonly element: HTMLElement;
  private readonly grid: Grid;
  private readonly map: HeatMap;

  constructor(grid: Grid, thumbnails: DataView, pieces: string[], onSelect: (place: Place) => void, signal: AbortSignal) {
    this.grid = grid;
    const [rows, columns] = [grid.rows + GAP, grid.columns + GAP];
    this.map = new HeatMap({
      label: "All heads: a row for each layer, a column for each head",
      describe: (layer, head) => describe(grid, [layer, head], pieces[0] ?? ""),
      height: (width) => Math.max(grid.layers * 18, (width / grid.heads) * (rows / columns) * grid.layers),
      tile: () => [rows, columns],
      onSelect: (layer, head) => onSelect([layer, head]),
      signal,
    });
    this.map.show(sheet(grid, thumbnails));
    const names = (count: number, kind: string): HTMLElement =>
      el("div", { class: `bk-axis-${kind}`, "aria-hidden": "true" }, ...Array.from({ length: count }, (_, at) => el("span", {}, String(at + 1))));
    this.element = el("div", { class: "bk-heads" }, el("span", { class: "bk-axis-corner", "aria-hidden": "true" }), names(grid.heads, "heads"), names(grid.layers, "layers"), this.map.element, this.map.readout);
  }

  select([layer, head]: Place, pinned: Place[]): void {
    this.map.mark(pinned.map(([row, column]) => ({ row, column, rows: 1, columns: 1 })));
    this.map.select(layer, head);
  }

  get canvas(): HTMLCanvasElement {
    return this.element.querySelector("canvas") as HTMLCanvasElement;
  }

  get heads(): number {
    return this.grid.heads;
  }
}

export function describe(grid: Grid, place: Place, first: string): string {
  const [bits, toFirst, toSeparators, toPassage] = grid.numbers[place[0] * grid.heads + place[1]] ?? [0, 0, 0, 0];
  return `${placeName(place)}: question to passage ${percent(toPassage)}, to ${first} ${percent(toFirst)}, to separators ${percent(toSeparators)}, entropy ${bits.toFixed(1)} bits`;
}

// The thumbnails beside each other; 0 between them stays transparent.
function sheet({ layers, heads, rows, columns }: Grid, thumbnails: DataView): Heat {
  const width = heads * (columns + GAP);
  const values = new Uint8Array(layers * (rows + GAP) * width);
  const bytes = new Uint8Array(thumbnails.buffer, thumbnails.byteOffset, thumbnails.byteLength);
  let at = 0;
  for (let layer = 0; layer < layers; layer++) {
    for (let head = 0; head < heads; head++) {
      for (let row = 0; row < rows; row++) {
        const start = (layer * (rows + GAP) + row) * width + head * (columns + GAP);
        for (let column = 0; column < columns; column++) values[start + column] = Math.max(1, bytes[at++] as number);
      }
    }
  }
  return { rows: layers * (rows + GAP), columns: width, values };
}
