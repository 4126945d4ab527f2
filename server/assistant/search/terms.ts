import { sql } from "drizzle-orm";
import { inverseDocumentFrequency } from "#ai/ranking/bm25.ts";
import type { RequestContext } from "#server/core/context.ts";
import { idArray } from "../index-upkeep/write-chunks.ts";

/** A word to search, with how rare it is. */
export interface Term {
  lexeme: string;
  idf: number;
  /** The word as asked, when it had to be repaired. */
  repairedFrom?: string;
}

const MOST_TERMS = 8;
const LEAST_SIMILARITY = 0.4;

/**
 * Looks the words of a question up in the index, rare words first, at most eight. A word that nobody wrote is repaired to the most similar one, but only to
 * one that stands in a text open to this reader: a repair must not betray a word of someone else's text.
 */
export async function findTerms(
  ctx: RequestContext,
  words: readonly string[],
  scopeIds: readonly string[],
): Promise<Term[]> {
  if (words.length === 0) return [];
  const [stat] = await ctx.db.execute<{ chunks: number }>(
    sql`select chunks from ai_stat where workspace_id = ${ctx.workspaceId}`,
  );
  const chunks = Number(stat?.chunks ?? 0);
  const known = await countChunks(ctx, words);
  const terms: Term[] = [];
  for (const word of words) {
    const repaired = known.has(word) ? undefined : await repair(ctx, word, scopeIds);
    const lexeme = repaired?.lexeme ?? word;
    const idf = inverseDocumentFrequency(repaired?.chunks ?? known.get(word) ?? 0, chunks);
    if (!terms.some((term) => term.lexeme === lexeme))
      terms.push({ lexeme, idf, ...(repaired ? { repairedFrom: word } : {}) });
  }
  return terms.sort((a, b) => b.idf - a.idf || (a.lexeme < b.lexeme ? -1 : 1)).slice(0, MOST_TERMS);
}

async function countChunks(ctx: RequestContext, words: readonly string[]): Promise<Map<string, number>> {
  const rows = await ctx.db.execute<{ lexeme: string; chunks: number }>(sql`select lexeme, chunks from ai_term
    where workspace_id = ${ctx.workspaceId} and lexeme in (select jsonb_array_elements_text(${JSON.stringify(words)}::jsonb))`);
  return new Map([...rows].map(({ lexeme, chunks }) => [lexeme, Number(chunks)]));
}

async function repair(
  ctx: RequestContext,
  word: string,
  scopeIds: readonly string[],
): Promise<{ lexeme: string; chunks: number } | undefined> {
  // Numbers and short words have too many neighbours: a wrong repair is worse than none.
  if (word.length < 4 || /\d/.test(word)) return undefined;
  const [row] = await ctx.db.execute<{ lexeme: string; chunks: number }>(sql`select t.lexeme, t.chunks from ai_term t
    where t.workspace_id = ${ctx.workspaceId} and t.lexeme % ${word} and similarity(t.lexeme, ${word}) >= ${LEAST_SIMILARITY}
      and exists (select 1 from ai_posting p where p.workspace_id = ${ctx.workspaceId} and p.lexeme = t.lexeme and p.scope_id = any(${idArray(scopeIds)}))
    order by similarity(t.lexeme, ${word}) desc, t.chunks desc, t.lexeme limit 1`);
  return row && { lexeme: row.lexeme, chunks: Number(row.chunks) };
}
