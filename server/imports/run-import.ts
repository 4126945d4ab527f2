import { and, eq } from "drizzle-orm";
import { importRow, importRun, type ImportTotals } from "#db/schema/index.ts";
import { loadActor } from "#server/auth/load-actor.ts";
import type { RequestContext } from "#server/core/context.ts";
import { emitEvent } from "#server/core/events.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { loadLookups } from "./lookups.ts";
import { failImport } from "./manage-import.ts";
import { guessDateOrder, type DateOrder } from "./parse-value.ts";
import { planRow, type ImportOptions, type RowPlan } from "./plan-row.ts";
import { readRows, type FileRow } from "./read-rows.ts";
import { linkParents, writeBatch, type PlannedRow, type WriteContext } from "./write-batch.ts";
import { nameKey } from "./spelling.ts";

type Run = typeof importRun.$inferSelect;

/** Rows per transaction: short enough that nobody waits for the database's one connection. */
const BATCH = 200;
/** Rows without anything to say are counted, not listed, beyond this many. */
const MAX_LISTED = 200_000;

/**
 * Checks a file or imports it, row by row. Each batch is one transaction with its report, so a killed worker goes on where it
 * stopped: rows that are in the report are not done again.
 */
export async function runImport(job: RequestContext, runId: string, passwordHash?: string): Promise<void> {
  const run = await withTransaction(job, (ctx) => getRun(ctx, runId));
  if (run.state !== "checking" && run.state !== "running") return;
  // With the rights of whoever started it: a file reaches no record that its owner's screens do not.
  const actor = await loadActor(job.db, job.workspaceId, run.createdBy, null);
  if (!actor) return failImport(job, runId, "Whoever started this import may not sign in any more.");
  const ctx: RequestContext = { ...job, actor };
  const isDryRun = run.state === "checking";
  const options = run.options as unknown as ImportOptions;
  const lookups = await withTransaction(ctx, loadLookups);
  const dateOrder = options.dateOrder === "auto" ? await guessOrder(ctx, run) : options.dateOrder;
  const totals: ImportTotals = isDryRun ? emptyTotals() : (run.totals ?? emptyTotals());
  const seen = new Map<string, number>();
  const parents: WantedParent[] = [];
  const already = isDryRun ? 0 : run.processedRows;

  const flush = async (rows: PlannedRow[]): Promise<void> => {
    await withTransaction(ctx, async (ctx) => {
      const write: WriteContext = { ctx, runId, lookups, options, passwordHash };
      if (!isDryRun) await writeBatch(write, run.recordType, rows);
      count(totals, rows);
      await report(ctx, run, rows, totals, rows.at(-1)!.rowNumber);
    });
    for (const row of rows) rememberParent(parents, row);
  };

  let batch: PlannedRow[] = [];
  for await (const row of readRows(ctx, run)) {
    const plan = row.problem
      ? malformed(row)
      : planRow(run.recordType, row.cells, run.mapping, lookups, options, dateOrder);
    if (row.rowNumber <= already) {
      rememberParent(parents, { rowNumber: row.rowNumber, plan });
      continue;
    }
    noticeTwin(plan, row.rowNumber, seen);
    batch.push({ rowNumber: row.rowNumber, plan });
    if (batch.length === BATCH) {
      await flush(batch);
      batch = [];
    }
  }
  if (batch.length > 0) await flush(batch);
  await withTransaction(ctx, async (ctx) => {
    if (!isDryRun && parents.length > 0)
      await reportParents(ctx, run, await linkParents({ ctx, runId, lookups, options, passwordHash }, parents), totals);
    await finish(ctx, run, totals, isDryRun);
  });
}

interface WantedParent {
  rowNumber: number;
  id: string;
  parent: string;
}

/** Rows that an earlier attempt wrote are found again by their record. */
function rememberParent(parents: WantedParent[], { rowNumber, plan }: PlannedRow): void {
  if (plan.recordId && typeof plan.values.parent === "string")
    parents.push({ rowNumber, id: plan.recordId, parent: plan.values.parent });
}

const emptyTotals = (): ImportTotals => ({ rows: 0, created: 0, updated: 0, skipped: 0, failed: 0, warnings: 0 });

const malformed = (row: FileRow): RowPlan => ({
  action: "fail",
  recordId: null,
  values: {},
  messages: [{ column: null, severity: "error", text: row.problem! }],
});

/** The same record twice in one file: the second row is not written, and names the first. */
function noticeTwin(plan: RowPlan, rowNumber: number, seen: Map<string, number>): void {
  if (plan.action === "fail") return;
  const { externalId, email, name } = plan.values;
  const key = externalId ? `id:${String(externalId)}` : email ? `mail:${String(email)}` : undefined;
  const identity =
    key ??
    (plan.values.stageId || plan.values.subject ? undefined : name ? `name:${nameKey(String(name))}` : undefined);
  if (!identity) return;
  const first = seen.get(identity);
  if (first === undefined) return void seen.set(identity, rowNumber);
  plan.action = "skip";
  plan.messages.push({ column: null, severity: "warning", text: `The same record as row ${first}; skipped` });
}

function count(totals: ImportTotals, rows: PlannedRow[]): void {
  for (const { plan } of rows) {
    totals.rows++;
    totals.warnings += plan.messages.filter(({ severity }) => severity === "warning").length;
    if (plan.action === "create") totals.created++;
    else if (plan.action === "update") totals.updated++;
    else if (plan.action === "skip") totals.skipped++;
    else totals.failed++;
  }
}

const OUTCOMES = { create: "created", update: "updated", skip: "skipped", fail: "failed" } as const;

async function report(
  ctx: RequestContext,
  run: Run,
  rows: PlannedRow[],
  totals: ImportTotals,
  processedRows: number,
): Promise<void> {
  const isDryRun = run.state === "checking";
  const listed = rows.filter(({ plan }) => !isDryRun || plan.messages.length > 0);
  if (listed.length > 0 && processedRows <= MAX_LISTED) {
    await ctx.db.insert(importRow).values(
      listed.map(({ rowNumber, plan, before }) => ({
        workspaceId: ctx.workspaceId,
        runId: run.id,
        rowNumber,
        outcome: OUTCOMES[plan.action],
        recordId: plan.action === "create" || plan.action === "update" ? plan.recordId : null,
        messages: plan.messages,
        before: before ?? null,
      })),
    );
  }
  await ctx.db
    .update(importRun)
    .set({ processedRows, totals })
    .where(and(eq(importRun.workspaceId, ctx.workspaceId), eq(importRun.id, run.id)));
  await emitEvent(ctx, { type: "import.progressed", subject: { type: "import_run", id: run.id } });
}

async function reportParents(
  ctx: RequestContext,
  run: Run,
  problems: Map<number, string>,
  totals: ImportTotals,
): Promise<void> {
  for (const [rowNumber, text] of problems) {
    totals.warnings++;
    const where = and(
      eq(importRow.workspaceId, ctx.workspaceId),
      eq(importRow.runId, run.id),
      eq(importRow.rowNumber, rowNumber),
    );
    const [row] = await ctx.db.select({ messages: importRow.messages }).from(importRow).where(where);
    if (row)
      await ctx.db
        .update(importRow)
        .set({ messages: [...row.messages, { column: "parent", severity: "warning", text }] })
        .where(where);
  }
}

async function finish(ctx: RequestContext, run: Run, totals: ImportTotals, isDryRun: boolean): Promise<void> {
  await ctx.db
    .update(importRun)
    .set({ state: isDryRun ? "checked" : "done", totals, finishedAt: ctx.now() })
    .where(and(eq(importRun.workspaceId, ctx.workspaceId), eq(importRun.id, run.id)));
  await emitEvent(ctx, {
    type: isDryRun ? "import.checked" : "import.done",
    subject: { type: "import_run", id: run.id },
    data: { ...totals },
  });
}

async function guessOrder(ctx: RequestContext, run: Run): Promise<DateOrder> {
  const columns = Object.entries(run.mapping).flatMap(([column, key]) => (/Date$|On$/.test(key) ? [column] : []));
  const values: string[] = [];
  if (columns.length === 0) return "mdy";
  for await (const row of readRows(ctx, run)) {
    for (const column of columns) values.push(row.cells[column] ?? "");
    if (row.rowNumber >= 1000) break;
  }
  return guessDateOrder(values);
}

/** @throws Error when the run is gone: a job for it makes no sense any more. */
async function getRun(ctx: RequestContext, runId: string): Promise<Run> {
  const [run] = await ctx.db
    .select()
    .from(importRun)
    .where(and(eq(importRun.workspaceId, ctx.workspaceId), eq(importRun.id, runId)));
  if (!run) throw new Error(`Import ${runId} is gone`);
  return run;
}
