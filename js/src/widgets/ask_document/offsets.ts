// Python counts characters (code points), JavaScript counts UTF-16 units: beyond U+FFFF one character is two units.
const BEYOND = /[\ud800-\udbff][\udc00-\udfff]/;

export function countPoints(text: string): number {
  return toPoints(text, text.length);
}

// The place of a character in units.
export function toUnits(text: string, points: number): number {
  if (!BEYOND.test(text)) return points;
  let units = 0;
  for (let left = points; left > 0 && units < text.length; left--) units += width(text, units);
  return units;
}

// The place of a unit in characters; inside a character it is the place of that character.
export function toPoints(text: string, units: number): number {
  if (!BEYOND.test(text)) return units;
  let points = 0;
  for (let at = 0; at < units; points++) {
    at += width(text, at);
    if (at > units) break;
  }
  return points;
}

function width(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}
