import { randomUUID } from "node:crypto";
import { and, asc, desc, eq, lt, lte, sql } from "drizzle-orm";
import type { Database } from "#db/client.ts";
import { aiPending, aiStat } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { log } from "#server/core/log.ts";
import { withSystemTransaction, withTransaction } from "#server/core/transaction.ts";
import { indexRecords } from "./index-batch.ts";
import { markEverything } from "./mark-pending.ts";

const BATCH = 40;
/** Of a batch, the part that takes the newest marks: what somebody just wrote is found soon, also while a large import is being read. */
const NEWEST = 10;
const MOST_ATTEMPTS = 5;
const RETRY_DELAY_MS = 5_000;

/** Works off what is marked in all workspaces, or what it can until it is to stop. @returns how many records it passed. */
export async function drainIndex(db: Database, now: () => Date, isStopping = () => false): Promise<number> {
  await markNewWorkspaces(db, now);
  const workspaces = await withSystemTransaction(db, (tx) =>
    tx
      .selectDistinct({ workspaceId: aiPending.workspaceId })
      .from(aiPending)
      .where(and(lt(aiPending.attempts, MOST_ATTEMPTS), lte(aiPending.markedAt, now()))),
  );
  let passed = 0;
  for (const { workspaceId } of workspaces) {
    const ctx = jobContext(db, workspaceId, "assistant.index", now);
    while (!isStopping()) {
      const count = await drainBatch(ctx);
      passed += count;
      if (count === 0) break;
    }
  }
  return passed;
}

/** A workspace without an index (new, restored, or older than the assistant) is marked whole, once; from then on the log is followed. */
async function markNewWorkspaces(db: Database, now: () => Date): Promise<void> {
  const fresh = await withSystemTransaction(db, (tx) =>
    tx.execute<{ id: string }>(
      sql`select w.id from workspace w where not exists (select 1 from ai_stat s where s.workspace_id = w.id)`,
    ),
  );
  for (const { id } of fresh) {
    await withTransaction(jobContext(db, id, "assistant.index", now), async (ctx) => {
      const first = await ctx.db.insert(aiStat).values({ workspaceId: id }).onConflictDoNothing().returning();
      if (first.length > 0) await markEverything(ctx);
    });
  }
}

/** One batch of one workspace; 0 when there is none or another worker is at it. A record that cannot be indexed is set aside after five attempts. */
export async function drainBatch(ctx: RequestContext, most = BATCH): Promise<number> {
  const batch = await withTransaction(ctx, async (ctx) => {
    const [lock] = await ctx.db.execute<{ held: boolean }>(
      sql`select pg_try_advisory_xact_lock(${lockKey(ctx)}) as held`,
    );
    if (!lock?.held) return [];
    const rows = await listPending(ctx, most);
    if (rows.length === 0) return [];
    try {
      await withTransaction(ctx, (ctx) => indexRows(ctx, rows));
    } catch (error) {
      ctx.log.warn({ err: error, records: rows.length }, "indexing a batch failed; trying its records one by one");
      for (const row of rows) await indexAlone(ctx, row);
    }
    return rows;
  });
  return batch.length;
}

async function listPending(ctx: RequestContext, most: number): Promise<PendingRow[]> {
  const isDue = and(
    eq(aiPending.workspaceId, ctx.workspaceId),
    lt(aiPending.attempts, MOST_ATTEMPTS),
    lte(aiPending.markedAt, ctx.now()),
  );
  const list = (order: typeof asc, limit: number) =>
    ctx.db
      .select()
      .from(aiPending)
      .where(isDue)
      .orderBy(order(aiPending.markedAt), order(aiPending.sourceId))
      .limit(limit);
  const oldest = await list(asc, most);
  if (oldest.length < most) return oldest;
  const newest = await list(desc, Math.min(NEWEST, most));
  const rows = [...newest, ...oldest.slice(0, most - newest.length)];
  return [...new Map(rows.map((row) => [`${row.sourceKind}:${row.sourceId}`, row])).values()];
}

type PendingRow = typeof aiPending.$inferSelect;

async function indexRows(ctx: RequestContext, rows: readonly PendingRow[]): Promise<void> {
  const position = Math.max(...rows.map(({ workspaceSeq }) => workspaceSeq));
  await indexRecords(
    ctx,
    rows.map(({ sourceKind, sourceId }) => ({ kind: sourceKind, id: sourceId })),
    position,
  );
  const done = JSON.stringify(
    rows.map(({ sourceKind, sourceId, workspaceSeq }) => ({ kind: sourceKind, id: sourceId, seq: workspaceSeq })),
  );
  // A mark that was renewed while this batch ran has a higher position and stays.
  await ctx.db
    .execute(sql`delete from ai_pending p using jsonb_to_recordset(${done}::jsonb) as d(kind text, id uuid, seq bigint)
    where p.workspace_id = ${ctx.workspaceId} and p.source_kind = d.kind and p.source_id = d.id and p.workspace_seq <= d.seq`);
  await ctx.db
    .insert(aiStat)
    .values({ workspaceId: ctx.workspaceId, workspaceSeq: position, indexedAt: ctx.now() })
    .onConflictDoUpdate({
      target: aiStat.workspaceId,
      set: { workspaceSeq: sql`greatest(ai_stat.workspace_seq, excluded.workspace_seq)`, indexedAt: ctx.now() },
    });
}

async function indexAlone(ctx: RequestContext, row: PendingRow): Promise<void> {
  try {
    await withTransaction(ctx, (ctx) => indexRows(ctx, [row]));
  } catch (error) {
    ctx.log.error(
      { err: error, kind: row.sourceKind, id: row.sourceId, attempt: row.attempts + 1 },
      "a record could not be indexed",
    );
    await ctx.db
      .update(aiPending)
      .set({ attempts: row.attempts + 1, markedAt: new Date(ctx.now().getTime() + RETRY_DELAY_MS) })
      .where(
        and(
          eq(aiPending.workspaceId, row.workspaceId),
          eq(aiPending.sourceKind, row.sourceKind),
          eq(aiPending.sourceId, row.sourceId),
        ),
      );
  }
}

/** Word counts are sums over all documents: one writer per workspace at a time. Waits for its turn, to the end of the transaction. */
export async function lockIndex(ctx: RequestContext): Promise<void> {
  await ctx.db.execute(sql`select pg_advisory_xact_lock(${lockKey(ctx)})`);
}

const lockKey = ({ workspaceId }: RequestContext) => sql`hashtextextended(${`assistant.index:${workspaceId}`}, 0)`;

/** A context in which the assistant works on a whole workspace. */
export function jobContext(db: Database, workspaceId: string, name: string, now: () => Date): RequestContext {
  const requestId = randomUUID();
  return { db, workspaceId, actor: { kind: "job", name }, requestId, log: log.child({ requestId, job: name }), now };
}
