import { createHash } from "node:crypto";
import { and, eq, inArray, or, sql } from "drizzle-orm";
import { aiDocument, type IndexedKind } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import type { RequestContext } from "#server/core/context.ts";
import { loadDocuments } from "./load-documents.ts";
import type { SourceDocument } from "./source-document.ts";
import { markDependents } from "./mark-pending.ts";
import { chunkSha, idArray, listChunks, moveToScopes, removeChunks, writeChunks } from "./write-chunks.ts";
import { ensureScopes } from "./write-scopes.ts";

export interface RecordKey {
  kind: IndexedKind;
  id: string;
}

export interface IndexOutcome {
  /** Documents that are in the index now. */
  indexed: number;
  removed: number;
  /** Documents whose readers changed. */
  rescoped: number;
  chunksWritten: number;
}

type DocumentRow = typeof aiDocument.$inferSelect;
const keyOf = (kind: string, id: string) => `${kind}:${id}`;

/**
 * Brings the index up to date with some records, inside the caller's transaction: new, changed and deleted ones alike. Only chunks whose text changed are
 * written; a change of dates, owner or readers touches no text and costs no embedding.
 */
export async function indexRecords(
  ctx: RequestContext,
  wanted: readonly RecordKey[],
  workspaceSeq = 0,
): Promise<IndexOutcome> {
  const documents = await loadDocuments(ctx, wanted);
  const existing = await listDocuments(ctx, wanted);
  const live = new Set(documents.map(({ kind, id }) => keyOf(kind, id)));
  const gone = [...existing.values()].filter((row) => !live.has(keyOf(row.sourceKind, row.sourceId)));
  await removeDocuments(ctx, gone);

  const scopeOf = await ensureScopes(ctx, documents);
  const pairs = documents.map((document): Pair => {
    const before = existing.get(keyOf(document.kind, document.id));
    return { document, before, row: toRow(ctx, document, scopeOf.get(document.id) ?? "", before?.id ?? newId()) };
  });
  await saveDocuments(
    ctx,
    pairs.map(({ row }) => row),
  );
  const rescoped = pairs.filter(({ before, row }) => before && before.scopeId !== row.scopeId);
  await moveToScopes(
    ctx,
    rescoped.map(({ row }) => row),
  );
  const { written } = await writeChunks(
    ctx,
    pairs
      .filter(({ before, row }) => before?.sha !== row.sha)
      .map(({ document, row }) => ({ documentId: row.id, scopeId: row.scopeId, chunks: document.chunks })),
  );
  await markDependents(ctx, listReaching(pairs), workspaceSeq);
  await markForRefresh(ctx, [...pairs.flatMap(({ row }) => row.about), ...gone.flatMap(({ about }) => about)]);
  return { indexed: documents.length, removed: gone.length, rescoped: rescoped.length, chunksWritten: written };
}

interface Pair {
  document: SourceDocument;
  before: DocumentRow | undefined;
  row: DocumentRow;
}

/** Records of which more has changed than their own text: readers, name, or the records behind them. A new deal may bring its account a reader. */
function listReaching(pairs: readonly Pair[]) {
  const ids = (kind: IndexedKind, isNewReaching: boolean) =>
    pairs
      .filter(
        ({ document, before, row }) =>
          document.kind === kind &&
          (before
            ? before.scopeId !== row.scopeId || before.title !== row.title || before.about.join() !== row.about.join()
            : isNewReaching),
      )
      .map(({ document }) => document.id);
  return { accounts: ids("account", false), deals: ids("opportunity", true), contacts: ids("contact", false) };
}

async function listDocuments(ctx: RequestContext, wanted: readonly RecordKey[]): Promise<Map<string, DocumentRow>> {
  const kinds = [...new Set(wanted.map(({ kind }) => kind))];
  const legs = kinds.map((kind) => {
    const ids = wanted.filter((ref) => ref.kind === kind).map(({ id }) => id);
    return and(eq(aiDocument.sourceKind, kind), inArray(aiDocument.sourceId, ids));
  });
  const rows = await ctx.db
    .select()
    .from(aiDocument)
    .where(and(eq(aiDocument.workspaceId, ctx.workspaceId), or(...legs)));
  return new Map(rows.map((row) => [keyOf(row.sourceKind, row.sourceId), row]));
}

async function removeDocuments(ctx: RequestContext, rows: readonly DocumentRow[]): Promise<void> {
  if (rows.length === 0) return;
  const ids = rows.map(({ id }) => id);
  const chunks = await listChunks(ctx, ids);
  await removeChunks(
    ctx,
    chunks.map(({ id }) => id),
  );
  await ctx.db.delete(aiDocument).where(and(eq(aiDocument.workspaceId, ctx.workspaceId), inArray(aiDocument.id, ids)));
  for (const { sourceId } of rows) await forgetQuotations(ctx, sourceId);
}

/** Answers and summaries that quote a record which is gone go with it. */
async function forgetQuotations(ctx: RequestContext, sourceId: string): Promise<void> {
  const mention = `%${sourceId}%`;
  await ctx.db.execute(
    sql`delete from ai_summary where workspace_id = ${ctx.workspaceId} and content::text like ${mention}`,
  );
  await ctx.db.execute(sql`delete from ai_answer where workspace_id = ${ctx.workspaceId} and id in (
    select answer_id from ai_stream where workspace_id = ${ctx.workspaceId} and event::text like ${mention})`);
}

function toRow(ctx: RequestContext, document: SourceDocument, scopeId: string, id: string): DocumentRow {
  return {
    workspaceId: ctx.workspaceId,
    id,
    sourceKind: document.kind,
    sourceId: document.id,
    scopeId,
    title: document.title,
    authorName: document.authorName,
    isTainted: document.isTainted,
    isFromCustomer: document.isFromCustomer,
    about: [...new Set(document.about.map((ref) => ref.id))],
    occurredAt: document.occurredAt,
    sha: documentSha(document),
    indexedAt: ctx.now(),
  };
}

/** Over everything that chunk rows hold, positions included. */
function documentSha({ chunks }: SourceDocument): string {
  const hash = createHash("sha256");
  for (const chunk of chunks)
    hash.update(`${chunkSha(chunk)} ${chunk.charFrom} ${chunk.charTo} ${chunk.blockId ?? ""}\n`);
  return hash.digest("hex");
}

async function saveDocuments(ctx: RequestContext, rows: readonly DocumentRow[]): Promise<void> {
  if (rows.length === 0) return;
  const names = [
    "scope_id",
    "title",
    "author_name",
    "is_tainted",
    "is_from_customer",
    "about",
    "occurred_at",
    "sha",
    "indexed_at",
  ];
  const keys = [
    "scopeId",
    "title",
    "authorName",
    "isTainted",
    "isFromCustomer",
    "about",
    "occurredAt",
    "sha",
    "indexedAt",
  ];
  await ctx.db
    .insert(aiDocument)
    .values([...rows])
    .onConflictDoUpdate({
      target: [aiDocument.workspaceId, aiDocument.sourceKind, aiDocument.sourceId],
      set: Object.fromEntries(keys.map((key, at) => [key, sql`excluded.${sql.identifier(names[at] ?? "")}`])),
    });
}

/** Whatever is said about an account or a deal, or no longer said, may change its summary and its next best action. */
async function markForRefresh(ctx: RequestContext, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const list = idArray([...new Set(ids)]);
  // The first mark counts: a record that changes all the time is renewed all the same.
  await ctx.db.execute(sql`insert into ai_refresh (workspace_id, subject_type, subject_id, marked_at)
    select ${ctx.workspaceId}::uuid, found.type, found.id, ${ctx.now().toISOString()}::timestamptz from (
      select 'opportunity' as type, id from opportunity where workspace_id = ${ctx.workspaceId} and id = any(${list})
      union all select 'account', id from account where workspace_id = ${ctx.workspaceId} and id = any(${list})) as found
    on conflict do nothing`);
}
