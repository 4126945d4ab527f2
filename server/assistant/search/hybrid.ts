import { sql, type SQL } from "drizzle-orm";
import { FUSION_K } from "#ai/ranking/fuse.ts";
import type { IndexedKind } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { idArray } from "../index-upkeep/write-chunks.ts";
import type { Term } from "./terms.ts";

/** The vector of a question under the active embedding model. */
export interface QueryVector {
  modelId: number;
  weight: number;
  /** The least inner product that counts as near: below it only noise is left. */
  least: number;
  vector: ArrayLike<number>;
}

export interface Hit {
  chunkId: string;
  documentId: string;
  kind: IndexedKind;
  sourceId: string;
  title: string;
  heading: string | null;
  body: string;
  blockId: string | null;
  startSeconds: number | null;
  authorName: string | null;
  occurredAt: Date;
  about: string[];
  isTainted: boolean;
  isFromCustomer: boolean;
  score: number;
}

const LEG = 60;
const POSTINGS_PER_WORD = 5_000;

interface HybridQuery {
  terms: readonly Term[];
  vector: QueryVector | undefined;
  scopeIds: readonly string[];
  /** Only texts that speak of one of these records. */
  within?: readonly string[] | undefined;
}

/**
 * The one search statement: BM25 over the postings and nearness of vectors, each limited to the permitted scopes before anything is ranked, fused by
 * reciprocal rank. The scopes are an array parameter; as a sub-select the planner takes the slow path every time.
 */
export async function searchHybrid(
  ctx: RequestContext,
  { terms, vector, scopeIds, within }: HybridQuery,
): Promise<Hit[]> {
  if (scopeIds.length === 0 || (terms.length === 0 && !vector)) return [];
  const scopes = idArray(scopeIds);
  const inside = within ? insideClause(ctx, within) : sql``;
  const words = JSON.stringify(terms.map(({ lexeme, idf }) => ({ lexeme, idf })));
  await ctx.db.execute(sql`select set_config('plan_cache_mode', 'force_custom_plan', true)`);
  const rows = await ctx.db.execute<HitRow>(sql`
    with asked as (select lexeme, idf from jsonb_to_recordset(${words}::jsonb) as r(lexeme text, idf real)),
    by_words as (
      select found.chunk_id, row_number() over (order by sum(found.weight * asked.idf) desc, found.chunk_id) as place
      from asked cross join lateral (
        select p.chunk_id, p.weight from ai_posting p
        where p.workspace_id = ${ctx.workspaceId} and p.lexeme = asked.lexeme and p.scope_id = any(${scopes}) ${inside}
        order by p.chunk_id desc limit ${POSTINGS_PER_WORD}) as found
      group by found.chunk_id order by place limit ${LEG}),
    by_vector as (${vector ? vectorLeg(ctx, vector, scopes, inside) : sql`select null::uuid as chunk_id, 0::bigint as place where false`}),
    fused as (
      select chunk_id, sum(part) as score from (
        select chunk_id, 1.0 / (${FUSION_K}::int + place) as part from by_words
        union all select chunk_id, ${vector?.weight ?? 0}::float8 / (${FUSION_K}::int + place) from by_vector) as parts
      group by chunk_id order by score desc, chunk_id limit ${LEG})
    select f.score::float8 as score, c.id as chunk_id, c.document_id, c.heading, c.body, c.block_id, c.start_seconds,
      d.source_kind, d.source_id, d.title, d.author_name, d.occurred_at, d.about, d.is_tainted, d.is_from_customer
    from fused f
    join ai_chunk c on c.workspace_id = ${ctx.workspaceId} and c.id = f.chunk_id and c.scope_id = any(${scopes})
    join ai_document d on d.workspace_id = ${ctx.workspaceId} and d.id = c.document_id and d.scope_id = any(${scopes})
    order by f.score desc, d.occurred_at desc, c.seq, c.id`);
  return [...rows].map(toHit);
}

/** Exact scan of the permitted vectors of one model: below some 20,000 rows faster than an approximate index, and never short of results. */
function vectorLeg(ctx: RequestContext, { modelId, vector, least }: QueryVector, scopes: SQL, inside: SQL): SQL {
  const literal = `[${Array.from(vector, (value) => Number(value.toPrecision(5))).join(",")}]`;
  return sql`select chunk_id, row_number() over (order by distance, chunk_id) as place from (
    select p.chunk_id, p.embedding <#> ${literal}::halfvec as distance from ai_vector p
    where p.workspace_id = ${ctx.workspaceId} and p.model_id = ${modelId} and p.scope_id = any(${scopes}) ${inside}
    order by distance limit ${LEG}) as near where distance <= ${-least}::float8`;
}

const insideClause = (ctx: RequestContext, within: readonly string[]): SQL => sql`and p.chunk_id in (
  select c.id from ai_document d join ai_chunk c on c.workspace_id = d.workspace_id and c.document_id = d.id
  where d.workspace_id = ${ctx.workspaceId} and d.about && ${idArray(within)})`;

type HitRow = {
  score: number;
  chunk_id: string;
  document_id: string;
  heading: string | null;
  body: string;
  block_id: string | null;
  start_seconds: number | null;
  source_kind: IndexedKind;
  source_id: string;
  title: string;
  author_name: string | null;
  occurred_at: string | Date;
  about: string[];
  is_tainted: boolean;
  is_from_customer: boolean;
};

const toHit = (row: HitRow): Hit => ({
  chunkId: row.chunk_id,
  documentId: row.document_id,
  kind: row.source_kind,
  sourceId: row.source_id,
  title: row.title,
  heading: row.heading,
  body: row.body,
  blockId: row.block_id,
  startSeconds: row.start_seconds,
  authorName: row.author_name,
  occurredAt: new Date(row.occurred_at),
  about: row.about,
  isTainted: row.is_tainted,
  isFromCustomer: row.is_from_customer,
  score: Number(row.score),
});
