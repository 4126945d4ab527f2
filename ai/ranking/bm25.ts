/** k1 and b are the usual values; the reference length is the size chunks are cut to. */
export const BM25 = { k1: 1.2, b: 0.75, referenceLength: 120 } as const;

/**
 * The weight of a term in a chunk, idf left out (that changes with every other chunk and is applied when searching).
 * Lengths are compared with a fixed reference, not with the average of the moment, so that a stored weight never goes stale.
 */
export function termWeight(termCount: number, chunkLength: number): number {
  const { k1, b, referenceLength } = BM25;
  return (termCount * (k1 + 1)) / (termCount + k1 * (1 - b + (b * chunkLength) / referenceLength));
}

/** How rare a term is, always positive: ln(1 + (N - df + 0.5) / (df + 0.5)). */
export function inverseDocumentFrequency(documentFrequency: number, documentCount: number): number {
  const frequency = Math.min(documentFrequency, documentCount);
  return Math.log(1 + (documentCount - frequency + 0.5) / (frequency + 0.5));
}

/** The lexemes of a chunk with their stored weights, in order of first appearance. */
export function postingsOf(lexemes: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const lexeme of lexemes) counts.set(lexeme, (counts.get(lexeme) ?? 0) + 1);
  return new Map([...counts].map(([lexeme, count]) => [lexeme, termWeight(count, lexemes.length)]));
}
