import { sql } from "drizzle-orm";
import type { RequestContext } from "#server/core/context.ts";
import { withSystemTransaction, withTransaction } from "#server/core/transaction.ts";
import { listVisible, refKey } from "#server/core/visibility.ts";
import { deriveEditedRooms } from "#server/rooms/index.ts";
import { jobContext, lockIndex } from "./drain.ts";
import { INDEX_CONSUMER } from "./follow-events.ts";
import { indexRecords, type RecordKey } from "./index-batch.ts";
import { INDEXED_KINDS } from "./load-documents.ts";

const MOST = 20;

/**
 * Brings what was written just now into the index before a question is answered, instead of seconds later when the followers get to it: the notes that
 * somebody is writing, and of the twenty records that were changed last those this user may open. What fails stays for the followers; the question is answered all the same.
 * @param within only notes of these records
 */
export async function catchUp(ctx: RequestContext, within: readonly string[] | undefined): Promise<void> {
  try {
    await deriveEditedRooms(ctx, within);
    const unindexed = await listUnindexed(ctx);
    const visible = await listVisible(ctx, unindexed.map(toRef), { includeDeleted: true });
    const records = unindexed.filter((record) => visible.has(refKey(toRef(record))));
    if (records.length === 0) return;
    await withTransaction(jobContext(ctx.db, ctx.workspaceId, INDEX_CONSUMER, ctx.now), async (ctx) => {
      await lockIndex(ctx);
      await indexRecords(ctx, records);
    });
  } catch (error) {
    ctx.log.warn({ err: error }, "the index was not brought up to the moment of a question");
  }
}

const toRef = ({ kind, id }: RecordKey) => ({ type: kind, id });

/** Newest first, of each place where a change waits: not yet in the log, in the log and not yet followed, marked. */
async function listUnindexed(ctx: RequestContext): Promise<RecordKey[]> {
  const isOurs = sql`workspace_id = ${ctx.workspaceId}`;
  const isIndexed = sql`subject_type in ${[...INDEXED_KINDS]}`;
  const rows = await withSystemTransaction(ctx.db, (tx) =>
    tx.execute<RecordKey & Record<string, unknown>>(sql`
      select distinct kind, id from (
        (select subject_type as kind, subject_id as id from event_inbox where ${isOurs} and ${isIndexed}
          order by event_inbox.id desc limit ${MOST})
        union all
        (select subject_type, subject_id from event_log where ${isOurs} and ${isIndexed}
          and seq > coalesce((select seq from event_consumer where name = ${INDEX_CONSUMER}), 0) order by seq desc limit ${MOST})
        union all
        (select source_kind, source_id from ai_pending where ${isOurs} order by marked_at desc limit ${MOST})
      ) newest`),
  );
  return rows.map(({ kind, id }) => ({ kind, id }));
}
