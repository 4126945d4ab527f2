import { and, eq, gt, isNotNull, lte, or, sql } from "drizzle-orm";
import type { Database } from "#db/client.ts";
import { account, aiRefresh, aiVisit } from "#db/schema/index.ts";
import { loadActor } from "#server/auth/load-actor.ts";
import type { RequestContext } from "#server/core/context.ts";
import { NotFoundError } from "#server/core/errors.ts";
import { withSystemTransaction, withTransaction } from "#server/core/transaction.ts";
import { jobContext } from "./index-upkeep/drain.ts";
import { loadNorms } from "./suggestions/load-norms.ts";
import { refreshSuggestion } from "./suggestions/refresh.ts";
import { writeSummary } from "./summaries/summaries.ts";

const BATCH = 20;
/** Changes come in bursts; a summary waits for the end of one. The bar is five minutes. */
const SUMMARY_DELAY_MS = 60_000;
const VISIT_DAYS = 7;

/** Renews suggestions of changed deals at once, and summaries of changed accounts a minute later. @returns how many records it passed. */
export async function refreshDue(db: Database, now: () => Date): Promise<number> {
  await sweep(db, now);
  const settled = new Date(now().getTime() - SUMMARY_DELAY_MS);
  const due = await withSystemTransaction(db, (tx) =>
    tx
      .select()
      .from(aiRefresh)
      .where(or(eq(aiRefresh.subjectType, "opportunity"), lte(aiRefresh.markedAt, settled)))
      .orderBy(aiRefresh.markedAt)
      .limit(BATCH),
  );
  for (const workspaceId of new Set(due.map((row) => row.workspaceId))) {
    const ctx = jobContext(db, workspaceId, "assistant.refresh", now);
    const norms = await withTransaction(ctx, loadNorms);
    for (const row of due.filter((row) => row.workspaceId === workspaceId)) {
      // Taken off the list first: what changes from here on marks it again.
      await withTransaction(ctx, (ctx) => ctx.db.delete(aiRefresh).where(sameRow(row)));
      try {
        if (row.subjectType === "opportunity") await refreshSuggestion(ctx, row.subjectId, norms);
        else await renewSummaries(ctx, row.subjectId);
      } catch (error) {
        if (!(error instanceof NotFoundError)) ctx.log.error({ err: error, subject: row.subjectId }, "renewing failed");
      }
    }
  }
  return due.length;
}

/** Once a day every open deal is looked at again: a next step becomes overdue without anything changing. */
async function sweep(db: Database, now: () => Date): Promise<void> {
  const today = now().toISOString().slice(0, 10);
  await withSystemTransaction(db, (tx) =>
    tx.execute(sql`
      with swept as (update ai_stat set swept_on = ${today}::date where swept_on is distinct from ${today}::date returning workspace_id)
      insert into ai_refresh (workspace_id, subject_type, subject_id, marked_at)
      select o.workspace_id, 'opportunity', o.id, ${now().toISOString()}::timestamptz from opportunity o join swept using (workspace_id)
      where o.stage_kind = 'open' and o.deleted_at is null
      on conflict do nothing`),
  );
}

/** Writes the account's summary for its owner and for those who looked at it lately, each with what that person may read. */
async function renewSummaries(ctx: RequestContext, accountId: string): Promise<void> {
  for (const userId of await listReaders(ctx, accountId)) {
    const actor = await loadActor(ctx.db, ctx.workspaceId, userId, null);
    if (!actor) continue;
    try {
      await writeSummary({ ...ctx, actor }, { type: "account", id: accountId });
    } catch (error) {
      // Somebody who has lost the account since gets no summary of it.
      if (!(error instanceof NotFoundError)) throw error;
    }
  }
}

async function listReaders(ctx: RequestContext, accountId: string): Promise<string[]> {
  const since = new Date(ctx.now().getTime() - VISIT_DAYS * 86_400_000);
  return withTransaction(ctx, async (ctx) => {
    const owners = await ctx.db
      .select({ userId: account.ownerId })
      .from(account)
      .where(and(eq(account.workspaceId, ctx.workspaceId), eq(account.id, accountId), isNotNull(account.ownerId)));
    const visitors = await ctx.db
      .select({ userId: aiVisit.userId })
      .from(aiVisit)
      .where(
        and(
          eq(aiVisit.workspaceId, ctx.workspaceId),
          eq(aiVisit.subjectType, "account"),
          eq(aiVisit.subjectId, accountId),
          gt(aiVisit.seenAt, since),
        ),
      )
      .orderBy(aiVisit.userId);
    return [...new Set([...owners, ...visitors].flatMap(({ userId }) => userId ?? []))];
  });
}

const sameRow = (row: typeof aiRefresh.$inferSelect) =>
  and(
    eq(aiRefresh.workspaceId, row.workspaceId),
    eq(aiRefresh.subjectType, row.subjectType),
    eq(aiRefresh.subjectId, row.subjectId),
  );
