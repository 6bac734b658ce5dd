// Where the words of a text stand, in UTF-16 units.
export type Word = [number, number];

// For browsers without a segmenter: letters with their marks, or what stands between spaces.
const PLAIN = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*|[^\s\p{L}\p{N}]+/gu;

export function wordsOf(text: string): Word[] {
  if (typeof Intl.Segmenter !== "function") {
    return [...text.matchAll(PLAIN)].map((match) => [match.index, match.index + match[0].length]);
  }
  const segments = new Intl.Segmenter(undefined, { granularity: "word" }).segment(text);
  return [...segments].flatMap(({ index, segment }): Word[] => (segment.trim() ? [[index, index + segment.length]] : []));
}
