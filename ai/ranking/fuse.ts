/** The constant of reciprocal rank fusion; the SQL of the hybrid statement uses the same. */
export const FUSION_K = 60;

/** How much the vector leg counts beside the word leg. Equal weights with the small hashed vector measured worse than words alone. */
export const VECTOR_WEIGHT = { hashed: 0.25, remote: 1.0 } as const;

/**
 * Fuses rankings by reciprocal rank: the sum of weight / (60 + rank). Returns ids best first; equal scores are ordered by id, so the same
 * rankings always give the same list.
 */
export function fuseRankings(
  rankings: readonly { ids: readonly string[]; weight: number }[],
): { id: string; score: number }[] {
  const scores = new Map<string, number>();
  for (const { ids, weight } of rankings) {
    ids.forEach((id, rank) => scores.set(id, (scores.get(id) ?? 0) + weight / (FUSION_K + rank + 1)));
  }
  return [...scores].map(([id, score]) => ({ id, score })).sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
}
