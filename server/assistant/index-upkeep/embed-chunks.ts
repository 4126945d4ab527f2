import { and, eq, inArray, ne, sql } from "drizzle-orm";
import type { Database } from "#db/client.ts";
import { aiEmbedCache, aiModel, aiRun, aiVector } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import { normalise } from "#ai/embeddings/hashed.ts";
import { ModelError } from "#ai/model-error.ts";
import { VECTOR_WEIGHT } from "#ai/ranking/fuse.ts";
import type { RequestContext } from "#server/core/context.ts";
import { withSystemTransaction, withTransaction } from "#server/core/transaction.ts";
import { findModel, isModelConfigured, pauseAfter, type AssistantModel } from "../model-provider.ts";
import type { QueryVector } from "../search/hybrid.ts";
import { jobContext } from "./drain.ts";
import { searchText } from "./write-chunks.ts";

const BATCH = 64;
const LONGEST_TEXT = 8_000;

type ModelRow = typeof aiModel.$inferSelect;

/**
 * Gives chunks their vectors under the configured embedding model, in batches, and makes it the active model once none is missing. Calls happen outside
 * transactions; a vector is stored only if its chunk still has the text that was sent. @returns how many chunks got one.
 */
export async function embedChunks(db: Database, now: () => Date): Promise<number> {
  if (!isModelConfigured()) return 0;
  const model = await findModel(db).catch(() => undefined);
  const row = model?.capabilities.embedding && (await findEmbeddingRow(db));
  if (!model || !row) return 0;
  const workspaces = await withSystemTransaction(db, (tx) =>
    tx.execute<{ id: string }>(sql`select workspace_id as id from ai_stat where chunks > 0`),
  );
  let done = 0;
  for (const { id } of workspaces) {
    const ctx = jobContext(db, id, "assistant.embed", now);
    for (let count = BATCH; count === BATCH; done += count) {
      try {
        count = await embedBatch(ctx, model, row);
      } catch (error) {
        pauseAfter(error);
        return done;
      }
    }
  }
  if (row.status === "building") await activate(db, row);
  return done;
}

interface MissingChunk extends Record<string, unknown> {
  id: string;
  scope_id: string;
  heading: string | null;
  body: string;
  body_sha: string;
}

async function embedBatch(ctx: RequestContext, model: AssistantModel, row: ModelRow): Promise<number> {
  const missing = await withTransaction(ctx, async (ctx) => {
    await fillFromCache(ctx, row.id);
    return [
      ...(await ctx.db.execute<MissingChunk>(sql`select c.id, c.scope_id, c.heading, c.body, c.body_sha from ai_chunk c
        where c.workspace_id = ${ctx.workspaceId} and not exists (select 1 from ai_vector v
          where v.workspace_id = c.workspace_id and v.model_id = ${row.id} and v.chunk_id = c.id)
        order by c.id limit ${BATCH}`)),
    ];
  });
  if (missing.length === 0) return 0;
  const texts = new Map(missing.map((chunk) => [chunk.body_sha, searchText(chunk).slice(0, LONGEST_TEXT)]));
  const started = Date.now();
  const vectors = await model.server.embed({
    model: model.capabilities.embedding?.model ?? "",
    texts: [...texts.values()],
  });
  requireDims(vectors, row.dims);
  await withTransaction(ctx, async (ctx) => {
    await ctx.db
      .insert(aiEmbedCache)
      .values(
        [...texts.keys()].map((bodySha, at) => ({
          workspaceId: ctx.workspaceId,
          modelId: row.id,
          bodySha,
          embedding: normalise(vectors[at] ?? []),
        })),
      )
      .onConflictDoNothing();
    await fillFromCache(ctx, row.id);
    await dropUnused(ctx, row.id, [...texts.keys()]);
    await ctx.db.insert(aiRun).values({
      workspaceId: ctx.workspaceId,
      id: newId(),
      purpose: "embedding",
      engine: row.name,
      promptVersion: "",
      total: texts.size,
      verified: texts.size,
      durationMs: Date.now() - started,
    });
  });
  return missing.length;
}

/** Chunks whose text was embedded before take that vector: equal hash, equal text. */
async function fillFromCache(ctx: RequestContext, modelId: number): Promise<void> {
  await ctx.db.execute(sql`insert into ai_vector (workspace_id, model_id, chunk_id, scope_id, embedding)
    select c.workspace_id, e.model_id, c.id, c.scope_id, e.embedding from ai_chunk c
    join ai_embed_cache e on e.workspace_id = c.workspace_id and e.model_id = ${modelId} and e.body_sha = c.body_sha
    where c.workspace_id = ${ctx.workspaceId} and not exists (select 1 from ai_vector v
      where v.workspace_id = c.workspace_id and v.model_id = ${modelId} and v.chunk_id = c.id)
    on conflict do nothing`);
}

/** Texts that were changed or erased while the server worked leave no vector behind. */
async function dropUnused(ctx: RequestContext, modelId: number, shas: readonly string[]): Promise<void> {
  await ctx.db
    .delete(aiEmbedCache)
    .where(
      and(
        eq(aiEmbedCache.workspaceId, ctx.workspaceId),
        eq(aiEmbedCache.modelId, modelId),
        inArray(aiEmbedCache.bodySha, [...shas]),
        sql`not exists (select 1 from ai_chunk c where c.workspace_id = ${aiEmbedCache.workspaceId} and c.body_sha = ${aiEmbedCache.bodySha})`,
      ),
    );
}

async function activate(db: Database, row: ModelRow): Promise<void> {
  await withSystemTransaction(db, async (tx) => {
    const [left] = await tx.execute<{ missing: boolean }>(sql`select exists (select 1 from ai_chunk c
      where not exists (select 1 from ai_vector v where v.workspace_id = c.workspace_id and v.model_id = ${row.id} and v.chunk_id = c.id)) as missing`);
    if (left?.missing) return;
    await tx
      .update(aiModel)
      .set({ status: "active" })
      .where(and(eq(aiModel.id, row.id), eq(aiModel.status, "building")));
    await tx
      .delete(aiVector)
      .where(
        inArray(aiVector.modelId, tx.select({ id: aiModel.id }).from(aiModel).where(eq(aiModel.status, "retired"))),
      );
  });
}

/** The question's vector under the active model; undefined when there is none or it cannot be had now: the offline embedding serves. */
export async function embedQuestion(
  ctx: RequestContext,
  model: AssistantModel | undefined,
  question: string,
): Promise<QueryVector | undefined> {
  const embedding = model?.capabilities.embedding;
  if (!model || !embedding) return undefined;
  const row = await findEmbeddingRow(ctx.db);
  if (row?.status !== "active") return undefined;
  try {
    const vectors = await model.server.embed({ model: embedding.model, texts: [question] });
    requireDims(vectors, row.dims);
    return { modelId: row.id, weight: VECTOR_WEIGHT.remote, least: 0.2, vector: normalise(vectors[0] ?? []) };
  } catch (error) {
    ctx.log.warn({ err: error }, "the question could not be embedded; searching without");
    return undefined;
  }
}

async function findEmbeddingRow(db: Database): Promise<ModelRow | undefined> {
  const [row] = await withSystemTransaction(db, (tx) =>
    tx
      .select()
      .from(aiModel)
      .where(and(eq(aiModel.kind, "embedding"), ne(aiModel.status, "retired"))),
  );
  return row;
}

function requireDims(vectors: readonly (readonly number[])[], dims: number): void {
  const wrong = vectors.find((vector) => vector.length !== dims);
  if (wrong)
    throw new ModelError("bad_reply", `the embedding server sent ${wrong.length} dimensions instead of ${dims}`);
}
