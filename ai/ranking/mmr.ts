/** The balance of maximal marginal relevance: 1 is relevance alone, 0 is novelty alone. */
export const MMR_LAMBDA = 0.7;

/**
 * Picks up to `count` items that are relevant and unlike the ones already picked (maximal marginal relevance). Relevance and similarity must be
 * in 0..1. Items more than `duplicateAbove` alike to a picked one are left out altogether. Ties keep the order of the input.
 */
export function diversify<T>(
  items: readonly T[],
  options: {
    count: number;
    relevance: (item: T) => number;
    similarity: (a: T, b: T) => number;
    lambda?: number;
    duplicateAbove?: number;
  },
): T[] {
  const { count, relevance, similarity, lambda = MMR_LAMBDA, duplicateAbove = 0.95 } = options;
  const open = items.map((item) => ({ item, nearest: 0 }));
  const picked: T[] = [];
  while (picked.length < count && open.length > 0) {
    let best = 0;
    let bestScore = -Infinity;
    open.forEach(({ item, nearest }, at) => {
      const score = lambda * relevance(item) - (1 - lambda) * nearest;
      if (score > bestScore) [best, bestScore] = [at, score];
    });
    const [chosen] = open.splice(best, 1);
    if (!chosen) break;
    picked.push(chosen.item);
    for (const entry of open) entry.nearest = Math.max(entry.nearest, similarity(entry.item, chosen.item));
    for (let at = open.length - 1; at >= 0; at -= 1) if ((open[at]?.nearest ?? 0) > duplicateAbove) open.splice(at, 1);
  }
  return picked;
}

/** The share of common lexemes of two sets (Jaccard), 0..1. */
export function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  if (a.size === 0 || b.size === 0) return 0;
  let common = 0;
  for (const lexeme of a) if (b.has(lexeme)) common += 1;
  return common / (a.size + b.size - common);
}
