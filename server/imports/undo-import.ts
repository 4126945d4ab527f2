import { and, asc, eq, gt, inArray } from "drizzle-orm";
import {
  account,
  activity,
  appUser,
  contact,
  importRow,
  importRun,
  lead,
  opportunity,
  product,
} from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { emitEvent, emitEvents } from "#server/core/events.ts";
import { withTransaction } from "#server/core/transaction.ts";

const TABLES = { account, contact, product, opportunity, activity, lead } as const;
const BATCH = 500;

/**
 * Takes a whole import back: what it created is deleted (and can be restored), what it changed gets its old values, unless somebody
 * changed the record since; those are counted as kept.
 */
export async function undoImport(ctx: RequestContext, runId: string): Promise<void> {
  const [run] = await withTransaction(ctx, (ctx) =>
    ctx.db
      .select()
      .from(importRun)
      .where(and(eq(importRun.workspaceId, ctx.workspaceId), eq(importRun.id, runId))),
  );
  if (run?.state !== "undoing") return;
  let kept = 0;
  for (let after = 0; ;) {
    const rows = await withTransaction(ctx, async (ctx) => {
      const batch = await ctx.db
        .select()
        .from(importRow)
        .where(
          and(eq(importRow.workspaceId, ctx.workspaceId), eq(importRow.runId, runId), gt(importRow.rowNumber, after)),
        )
        .orderBy(asc(importRow.rowNumber))
        .limit(BATCH);
      const created = batch.flatMap((row) => (row.outcome === "created" && row.recordId ? [row.recordId] : []));
      if (created.length > 0) await removeCreated(ctx, run.recordType, created);
      for (const row of batch)
        if (
          row.outcome === "updated" &&
          row.recordId &&
          !(await restore(ctx, run.recordType, row.recordId, row.before))
        )
          kept++;
      return batch;
    });
    if (rows.length === 0) break;
    after = rows.at(-1)!.rowNumber;
  }
  await withTransaction(ctx, async (ctx) => {
    await ctx.db
      .update(importRun)
      .set({ state: "undone", finishedAt: ctx.now() })
      .where(and(eq(importRun.workspaceId, ctx.workspaceId), eq(importRun.id, runId)));
    await emitEvent(ctx, { type: "import.undone", subject: { type: "import_run", id: runId }, data: { kept } });
  });
}

type RecordType = (typeof importRun.$inferSelect)["recordType"];

async function removeCreated(ctx: RequestContext, type: RecordType, ids: string[]): Promise<void> {
  if (type === "user") {
    await ctx.db
      .update(appUser)
      .set({ status: "disabled" })
      .where(and(eq(appUser.workspaceId, ctx.workspaceId), inArray(appUser.id, ids)));
    return;
  }
  const table = TABLES[type];
  await ctx.db
    .update(table)
    .set({ deletedAt: ctx.now() })
    .where(and(eq(table.workspaceId, ctx.workspaceId), inArray(table.id, ids)));
  if (type === "product") return;
  await emitEvents(
    ctx,
    ids.map((id) => ({ type: `${type}.deleted`, subject: { type, id } })),
  );
}

async function restore(
  ctx: RequestContext,
  type: RecordType,
  id: string,
  before: Record<string, unknown> | null,
): Promise<boolean> {
  if (type === "user" || !before) return true;
  const table = TABLES[type];
  const { version, ...fields } = before;
  const values = Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      /At$/.test(key) && typeof value === "string" ? new Date(value) : value,
    ]),
  );
  const restored = await ctx.db
    .update(table)
    .set({ ...values, version: Number(version) + 1, updatedAt: ctx.now() } as never)
    .where(and(eq(table.workspaceId, ctx.workspaceId), eq(table.id, id), eq(table.version, Number(version))))
    .returning({ id: table.id });
  if (restored.length > 0 && type !== "product")
    await emitEvent(ctx, { type: `${type}.updated`, subject: { type, id } });
  return restored.length > 0;
}
