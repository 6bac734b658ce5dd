// Numbers as shades: a matrix painted on a canvas in the theme's colors.

// Row by row; 1 to 255 from low to high, 0 for a cell without a value, which stays transparent.
export interface Heat {
  rows: number;
  columns: number;
  values: Uint8Array;
}

// Red, green, blue and opacity of each of the 256 values.
export type Palette = Uint8ClampedArray;

const STOPS = ["--bk-heat-low", "--bk-heat-middle", "--bk-heat-high", "--bk-heat-top"];

// Reads the colors of an element's theme; read them anew when the theme changes.
export function palette(element: Element): Palette {
  const style = getComputedStyle(element);
  const stops = STOPS.map((name) => channels(style.getPropertyValue(name).trim()));
  const colors = new Uint8ClampedArray(256 * 4);
  for (let value = 1; value < 256; value++) {
    const place = ((value - 1) / 254) * (stops.length - 1);
    const at = Math.min(Math.floor(place), stops.length - 2);
    const [from, to] = [stops[at] as number[], stops[at + 1] as number[]];
    for (let channel = 0; channel < 3; channel++) {
      const low = from[channel] as number;
      colors[value * 4 + channel] = low + ((to[channel] as number) - low) * (place - at);
    }
    colors[value * 4 + 3] = 255;
  }
  return colors;
}

// Makes the picture that fills a canvas of a size when it is stretched, one pixel a cell. Where cells are smaller than
// pixels, the highest of those that share one is seen.
export function picture(heat: Heat, width: number, height: number, colors: Palette): HTMLCanvasElement | undefined {
  const small = document.createElement("canvas");
  small.width = Math.min(heat.columns, width);
  small.height = Math.min(heat.rows, height);
  if (!small.width || !small.height) return undefined;
  const image = new ImageData(small.width, small.height);
  const pixels = new Uint32Array(image.data.buffer);
  const shades = new Uint32Array(colors.buffer);
  peaks(heat, small.width, small.height).forEach((value, at) => (pixels[at] = shades[value] as number));
  small.getContext("2d")?.putImageData(image, 0, 0);
  return small;
}

function peaks(heat: Heat, width: number, height: number): Uint8Array {
  if (width === heat.columns && height === heat.rows) return heat.values;
  const highest = new Uint8Array(width * height);
  for (let row = 0; row < heat.rows; row++) {
    const line = Math.floor((row * height) / heat.rows) * width;
    for (let column = 0; column < heat.columns; column++) {
      const at = line + Math.floor((column * width) / heat.columns);
      highest[at] = Math.max(highest[at] as number, heat.values[row * heat.columns + column] as number);
    }
  }
  return highest;
}

function channels(color: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16) || 0);
}
