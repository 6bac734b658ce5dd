// Selection and options as one short line, the same that bertkit/widgets/state.py writes.
import type { Json } from "./model";

const RESERVED = /[%&'"\\\x00-\x1f\x7f\u2028\u2029]/g;

export function stateText(selection: { [name: string]: Json | undefined }, options: { [name: string]: Json }): string {
  const pairs = [...Object.entries(selection), ...Object.entries(options).map(([name, value]) => [`.${name}`, value] as const)];
  return pairs.map(([name, value]) => `${escaped(name.replaceAll("=", " "))}=${escaped(written(value as Json))}`).join("&");
}

function escaped(text: string): string {
  const bytes = (character: string): string =>
    [...new TextEncoder().encode(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
  return text.replace(RESERVED, bytes);
}

function written(value: Json): string {
  return typeof value === "string" && !isJson(value) ? value : JSON.stringify(value);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
