// Numbers, sizes and shapes in words, as bertkit/widgets/units.py writes them.
const STEPS: [number, string][] = [
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
];

export function count(number: number): string {
  for (const [size, letter] of STEPS) if (number >= size) return `${(number / size).toFixed(1)} ${letter}`;
  return String(number);
}

export function bytes(number: number): string {
  return number >= 1e3 ? `${count(number)}B` : `${number} B`;
}

export function shape(dimensions: (number | null)[] | null): string {
  if (dimensions === null) return "?";
  return dimensions.length ? dimensions.map((size) => size ?? "?").join(" × ") : "scalar";
}

export function plural(number: number, noun: string): string {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

export function percent(share: number): string {
  return share > 0 && share < 0.001 ? "<0.1 %" : `${(share * 100).toFixed(1)} %`;
}
