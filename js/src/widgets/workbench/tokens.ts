// Tokens of a run in words.
import type { RunData } from "./data";

export function tokenWords({ scores }: RunData, at: number): string {
  return at < scores.piece.length ? `“${scores.piece[at]}” (${scores.part[at]} token ${at})` : `token ${at}`;
}
