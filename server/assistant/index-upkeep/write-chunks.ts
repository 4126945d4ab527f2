import { createHash } from "node:crypto";
import { and, eq, inArray, sql } from "drizzle-orm";
import { aiChunk, aiVector, HASHED_MODEL_ID } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import { hashedEmbedding } from "#ai/embeddings/hashed.ts";
import { postingsOf } from "#ai/ranking/bm25.ts";
import type { Chunk } from "#ai/text/chunk.ts";
import { lexemes } from "#ai/text/tokenize.ts";
import type { RequestContext } from "#server/core/context.ts";

/** A document's chunks as they should be from now on. */
export interface ChunkTarget {
  documentId: string;
  scopeId: string;
  chunks: readonly Chunk[];
}

export interface ChunkWrite {
  written: number;
  removed: number;
}

/** What is searched and embedded of a chunk. */
export const searchText = ({ heading, body }: { heading?: string | null | undefined; body: string }): string =>
  heading ? `${heading}\n${body}` : body;

export const chunkSha = (chunk: { heading?: string | null | undefined; body: string }): string =>
  createHash("sha256").update(searchText(chunk)).digest("hex");

/** Replaces the chunks of documents. A chunk whose text stays keeps its id, postings and vectors, wherever it moved in the document. */
export async function writeChunks(ctx: RequestContext, targets: readonly ChunkTarget[]): Promise<ChunkWrite> {
  const existing = await listChunks(
    ctx,
    targets.map(({ documentId }) => documentId),
  );
  const fresh: (Chunk & { id: string; documentId: string; scopeId: string })[] = [];
  const gone: string[] = [];
  for (const { documentId, scopeId, chunks } of targets) {
    const left = existing.filter((row) => row.documentId === documentId);
    for (const chunk of chunks) {
      const at = left.findIndex((row) => row.bodySha === chunkSha(chunk));
      const [kept] = at < 0 ? [] : left.splice(at, 1);
      if (!kept) fresh.push({ ...chunk, id: newId(), documentId, scopeId });
      else if (
        kept.seq !== chunk.seq ||
        kept.charFrom !== chunk.charFrom ||
        kept.charTo !== chunk.charTo ||
        kept.blockId !== (chunk.blockId ?? null)
      ) {
        const { seq, charFrom, charTo } = chunk;
        await ctx.db
          .update(aiChunk)
          .set({ seq, charFrom, charTo, blockId: chunk.blockId ?? null })
          .where(own(ctx, [kept.id]));
      }
    }
    gone.push(...left.map(({ id }) => id));
  }
  await removeChunks(ctx, gone);
  await insertChunks(ctx, fresh);
  return { written: fresh.length, removed: gone.length };
}

/** Removes chunks with their postings and vectors, and what they counted for. Cached vectors of their text go too, unless another chunk has the same. */
export async function removeChunks(ctx: RequestContext, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await changeTermCounts(ctx, ids, -1);
  const removed = await ctx.db.delete(aiChunk).where(own(ctx, ids)).returning({ bodySha: aiChunk.bodySha });
  const shas = JSON.stringify(removed.map(({ bodySha }) => bodySha));
  await ctx.db.execute(sql`delete from ai_embed_cache c where c.workspace_id = ${ctx.workspaceId}
    and c.body_sha in (select jsonb_array_elements_text(${shas}::jsonb))
    and not exists (select 1 from ai_chunk k where k.workspace_id = c.workspace_id and k.body_sha = c.body_sha)`);
}

/** Moves all chunks of documents to their new readers without touching a text or a vector. */
export async function moveToScopes(
  ctx: RequestContext,
  rows: readonly { id: string; scopeId: string }[],
): Promise<void> {
  if (rows.length === 0) return;
  const moves = JSON.stringify(rows.map(({ id, scopeId }) => ({ document_id: id, scope_id: scopeId })));
  await ctx.db.execute(sql`
    with moves as (select * from jsonb_to_recordset(${moves}::jsonb) as m(document_id uuid, scope_id uuid)),
    moved as (update ai_chunk c set scope_id = m.scope_id from moves m where c.workspace_id = ${ctx.workspaceId} and c.document_id = m.document_id returning c.id, c.scope_id),
    p as (update ai_posting t set scope_id = moved.scope_id from moved where t.workspace_id = ${ctx.workspaceId} and t.chunk_id = moved.id),
    v as (update ai_vector t set scope_id = moved.scope_id from moved where t.workspace_id = ${ctx.workspaceId} and t.chunk_id = moved.id)
    select 1`);
}

export async function listChunks(ctx: RequestContext, documentIds: readonly string[]) {
  if (documentIds.length === 0) return [];
  return ctx.db
    .select({
      id: aiChunk.id,
      documentId: aiChunk.documentId,
      seq: aiChunk.seq,
      charFrom: aiChunk.charFrom,
      charTo: aiChunk.charTo,
      blockId: aiChunk.blockId,
      bodySha: aiChunk.bodySha,
    })
    .from(aiChunk)
    .where(and(eq(aiChunk.workspaceId, ctx.workspaceId), inArray(aiChunk.documentId, [...documentIds])));
}

async function insertChunks(
  ctx: RequestContext,
  chunks: (Chunk & { id: string; documentId: string; scopeId: string })[],
): Promise<void> {
  if (chunks.length === 0) return;
  const { workspaceId } = ctx;
  await ctx.db.insert(aiChunk).values(chunks.map((chunk) => ({ ...chunk, workspaceId, bodySha: chunkSha(chunk) })));
  const postings = chunks.flatMap((chunk) =>
    [...postingsOf(lexemes(searchText(chunk)))].map(([lexeme, weight]) => ({
      lexeme,
      chunk_id: chunk.id,
      scope_id: chunk.scopeId,
      weight,
    })),
  );
  await ctx.db.execute(sql`insert into ai_posting (workspace_id, lexeme, chunk_id, scope_id, weight)
    select ${workspaceId}, r.lexeme, r.chunk_id, r.scope_id, r.weight
    from jsonb_to_recordset(${JSON.stringify(postings)}::jsonb) as r(lexeme text, chunk_id uuid, scope_id uuid, weight real)`);
  await changeTermCounts(
    ctx,
    chunks.map(({ id }) => id),
    1,
  );
  await ctx.db.insert(aiVector).values(
    chunks.map((chunk) => ({
      workspaceId,
      modelId: HASHED_MODEL_ID,
      chunkId: chunk.id,
      scopeId: chunk.scopeId,
      embedding: hashedEmbedding(searchText(chunk)),
    })),
  );
}

/** Adds the chunks to, or takes them from, the counts of their words and of the workspace. Words in one order, so that two writers cannot lock each other out. */
async function changeTermCounts(ctx: RequestContext, chunkIds: readonly string[], sign: 1 | -1): Promise<void> {
  const { workspaceId } = ctx;
  const list = idArray(chunkIds);
  await ctx.db.execute(sql`insert into ai_term (workspace_id, lexeme, chunks)
    select ${workspaceId}, lexeme, ${sign}::int * count(*)::int from ai_posting
    where workspace_id = ${workspaceId} and chunk_id = any(${list}) group by lexeme order by lexeme
    on conflict (workspace_id, lexeme) do update set chunks = ai_term.chunks + excluded.chunks`);
  if (sign < 0) {
    await ctx.db.execute(sql`delete from ai_term where workspace_id = ${workspaceId} and chunks <= 0
      and lexeme in (select lexeme from ai_posting where workspace_id = ${workspaceId} and chunk_id = any(${list}))`);
  }
  await ctx.db.execute(sql`insert into ai_stat (workspace_id, chunks) values (${workspaceId}, ${sign * chunkIds.length})
    on conflict (workspace_id) do update set chunks = ai_stat.chunks + excluded.chunks`);
}

const own = (ctx: RequestContext, ids: readonly string[]) =>
  and(eq(aiChunk.workspaceId, ctx.workspaceId), inArray(aiChunk.id, [...ids]));

/** Ids as one array parameter. */
export const idArray = (ids: readonly string[]) => sql`${`{${ids.join(",")}}`}::uuid[]`;
