import { createHash } from "node:crypto";
import { and, asc, count, desc, eq, gt, inArray, ne, sql } from "drizzle-orm";
import { z } from "zod";
import {
  appUser,
  IMPORT_RECORD_TYPES,
  importFilePart,
  importRow,
  importRun,
  stage,
  type ImportRecordType,
  type ImportTotals,
} from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import { requireOwnTeam } from "#server/accounts/index.ts";
import { requireUser, type RequestContext } from "#server/core/context.ts";
import { ConflictError, InvalidInputError, NotFoundError } from "#server/core/errors.ts";
import { emitEvent } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { detectTable } from "./detect.ts";
import { IMPORT_FIELDS, suggestMapping } from "./fields.ts";
import type { ImportOptions } from "./plan-row.ts";

const HEAD_BYTES = 256 * 1024;
/** A statement carries one part; several would make a large file wait long for its place. */
const PART_BYTES = 512 * 1024;
export const MAX_FILE_BYTES = 100 * 1024 * 1024;

export const UploadInput = z.object({
  recordType: z.enum(IMPORT_RECORD_TYPES),
  fileName: z.string().trim().min(1).max(300),
});

/**
 * Takes a file in, as it streams: detects how it is to be read and proposes a mapping. Nothing is imported yet.
 * @throws InvalidInputError for an empty, binary, headless or too large file: then nothing of it is kept.
 */
export async function uploadFile(
  ctx: RequestContext,
  input: z.infer<typeof UploadInput>,
  body: AsyncIterable<Uint8Array>,
): Promise<{ runId: string }> {
  requireImport(ctx, input.recordType);
  const runId = newId();
  const sha = createHash("sha256");
  let total = 0;
  let part = 0;
  let pending: Buffer = Buffer.alloc(0);
  let isStarted = false;
  const start = async (isWhole: boolean): Promise<void> => {
    const shape = detectTable(pending.subarray(0, HEAD_BYTES), isWhole);
    await createRun(ctx, runId, input, shape);
    isStarted = true;
  };
  const store = async (content: Buffer): Promise<void> => {
    await withTransaction(
      ctx,
      async (ctx) =>
        void (await ctx.db
          .insert(importFilePart)
          .values({ workspaceId: ctx.workspaceId, runId, part: part++, content })),
    );
  };
  try {
    for await (const chunk of body) {
      total += chunk.byteLength;
      if (total > MAX_FILE_BYTES)
        throw new InvalidInputError("The file is larger than 100 MB. Split it into parts.", { file: "size" });
      sha.update(chunk);
      pending = Buffer.concat([pending, chunk]);
      if (!isStarted && pending.length > HEAD_BYTES) await start(false);
      while (isStarted && pending.length >= PART_BYTES) {
        await store(pending.subarray(0, PART_BYTES));
        pending = pending.subarray(PART_BYTES);
      }
    }
    if (!isStarted) await start(true);
    if (pending.length > 0) await store(pending);
  } catch (error) {
    if (isStarted)
      await withTransaction(ctx, async (ctx) => void (await ctx.db.delete(importRun).where(byId(ctx, runId))));
    throw error;
  }
  await withTransaction(ctx, async (ctx) => {
    await ctx.db
      .update(importRun)
      .set({ state: "uploaded", fileSha256: sha.digest("hex") })
      .where(byId(ctx, runId));
    await emitEvent(ctx, {
      type: "import.uploaded",
      subject: { type: "import_run", id: runId },
      data: { recordType: input.recordType },
    });
  });
  return { runId };
}

const byId = (ctx: RequestContext, runId: string) =>
  and(eq(importRun.workspaceId, ctx.workspaceId), eq(importRun.id, runId));

/** People are an administrator's matter, and products are everybody's. */
function requireImport(ctx: RequestContext, type: ImportRecordType): void {
  requirePermission(ctx, "import:run");
  if (type === "user") requirePermission(ctx, "user:manage");
  if (type === "product") requirePermission(ctx, "settings:manage");
}

async function createRun(
  ctx: RequestContext,
  runId: string,
  input: z.infer<typeof UploadInput>,
  shape: ReturnType<typeof detectTable>,
): Promise<void> {
  const { encoding, delimiter, header, sample } = shape;
  const { userId } = requireUser(ctx);
  await withTransaction(ctx, async (ctx) => {
    const options: ImportOptions & { sample: string[][] } = {
      duplicates: "update",
      moneyUnit: 1,
      dateOrder: "auto",
      stageMap: {},
      defaultOwnerId: userId,
      emailDomain: "import.invalid",
      sample: sample.slice(0, 5),
    };
    await ctx.db.insert(importRun).values({
      workspaceId: ctx.workspaceId,
      id: runId,
      recordType: input.recordType,
      fileName: input.fileName,
      fileSha256: "",
      encoding,
      delimiter,
      header,
      mapping: suggestMapping(input.recordType, header),
      options: options as unknown as Record<string, unknown>,
      state: "uploaded",
      createdBy: userId,
    });
  });
}

export const ConfigureInput = z.strictObject({
  runId: z.uuid(),
  mapping: z.record(z.string().max(300), z.string().max(50)).optional(),
  duplicates: z.enum(["update", "skip"]).optional(),
  moneyUnit: z.union([z.literal(1), z.literal(1000), z.literal(1_000_000)]).optional(),
  dateOrder: z.enum(["auto", "ymd", "mdy", "dmy"]).optional(),
  stageMap: z.record(z.string().max(200), z.uuid()).optional(),
  emailDomain: z
    .string()
    .max(253)
    .regex(/^[a-z0-9.-]+$/)
    .optional(),
  defaultOwnerId: z.uuid().optional(),
});
export const RunIdInput = z.strictObject({ runId: z.uuid() });
export const ListRowsInput = z.strictObject({
  runId: z.uuid(),
  outcome: z.enum(["created", "updated", "skipped", "failed"]).optional(),
  after: z.number().int().min(0).default(0),
  limit: z.number().int().min(1).max(200).default(100),
});

/** Sets mapping and options and starts the check: what would happen, row by row, with nothing written to the records. */
export async function startCheck(ctx: RequestContext, input: z.infer<typeof ConfigureInput>): Promise<void> {
  await withTransaction(ctx, async (ctx) => {
    const run = await lockRun(ctx, input.runId);
    requireState(run, ["uploaded", "checked", "undone"]);
    const { runId, mapping = run.mapping, ...changes } = input;
    const fields = IMPORT_FIELDS[run.recordType];
    const chosen = Object.values(mapping);
    const unknown = Object.entries(mapping).find(
      ([column, key]) => !run.header.includes(column) || !fields.some((field) => field.key === key),
    );
    if (unknown)
      throw new InvalidInputError(`Column "${unknown[0]}" cannot be mapped to "${unknown[1]}"`, { mapping: "unknown" });
    if (new Set(chosen).size < chosen.length)
      throw new InvalidInputError("Two columns fill the same field", { mapping: "twice" });
    const missing = fields.find((field) => field.isRequired && !chosen.includes(field.key));
    if (missing)
      throw new InvalidInputError(
        `No column is mapped to ${missing.label}`,
        { mapping: missing.key },
        "import.required",
      );
    if (changes.defaultOwnerId) {
      await requireUserOfWorkspace(ctx, changes.defaultOwnerId);
      requireOwnTeam(ctx, changes.defaultOwnerId);
    }
    await requireStages(ctx, Object.values(changes.stageMap ?? {}));
    await ctx.db.delete(importRow).where(and(eq(importRow.workspaceId, ctx.workspaceId), eq(importRow.runId, runId)));
    await ctx.db
      .update(importRun)
      .set({
        mapping,
        options: { ...run.options, ...changes },
        state: "checking",
        isDryRun: true,
        processedRows: 0,
        totals: null,
        error: null,
        startedAt: ctx.now(),
      })
      .where(byId(ctx, runId));
    await emitEvent(ctx, { type: "import.check_requested", subject: { type: "import_run", id: runId } });
  });
}

/** Starts the import as it was checked. */
export async function startImport(ctx: RequestContext, { runId }: z.infer<typeof RunIdInput>): Promise<void> {
  await withTransaction(ctx, async (ctx) => {
    const run = await lockRun(ctx, runId);
    requireState(run, ["checked"]);
    await ctx.db.delete(importRow).where(and(eq(importRow.workspaceId, ctx.workspaceId), eq(importRow.runId, runId)));
    await ctx.db
      .update(importRun)
      .set({
        state: "running",
        isDryRun: false,
        processedRows: 0,
        totals: null,
        startedAt: ctx.now(),
        finishedAt: null,
      })
      .where(byId(ctx, runId));
    await emitEvent(ctx, { type: "import.requested", subject: { type: "import_run", id: runId } });
  });
}

export async function startUndo(ctx: RequestContext, { runId }: z.infer<typeof RunIdInput>): Promise<void> {
  await withTransaction(ctx, async (ctx) => {
    requireState(await lockRun(ctx, runId), ["done", "failed"]);
    await ctx.db.update(importRun).set({ state: "undoing" }).where(byId(ctx, runId));
    await emitEvent(ctx, { type: "import.undo_requested", subject: { type: "import_run", id: runId } });
  });
}

/** A job that gave up tells why; what it had written stays and can be undone. */
export async function failImport(ctx: RequestContext, runId: string, message: string): Promise<void> {
  await withTransaction(ctx, async (ctx) => {
    await ctx.db.update(importRun).set({ state: "failed", error: message }).where(byId(ctx, runId));
    await emitEvent(ctx, { type: "import.failed", subject: { type: "import_run", id: runId } });
  });
}

/** What a run has done so far. */
export async function readTotals(ctx: RequestContext, runId: string): Promise<ImportTotals> {
  const { totals, error } = await getRun(ctx, { runId });
  if (!totals) throw new ConflictError(error ?? "This import has not run yet");
  return totals;
}

export async function listRuns(ctx: RequestContext) {
  requirePermission(ctx, "import:run");
  return withTransaction(ctx, (ctx) =>
    ctx.db
      .select({
        id: importRun.id,
        recordType: importRun.recordType,
        fileName: importRun.fileName,
        state: importRun.state,
        totals: importRun.totals,
        createdAt: importRun.createdAt,
        createdByName: appUser.name,
      })
      .from(importRun)
      .innerJoin(appUser, and(eq(appUser.workspaceId, importRun.workspaceId), eq(appUser.id, importRun.createdBy)))
      .where(eq(importRun.workspaceId, ctx.workspaceId))
      .orderBy(desc(importRun.createdAt))
      .limit(100),
  );
}

/** The run with its fields, its sample, and whether the same file was imported before. @throws NotFoundError */
export async function getRun(ctx: RequestContext, { runId }: z.infer<typeof RunIdInput>) {
  requirePermission(ctx, "import:run");
  return withTransaction(ctx, async (ctx) => {
    const [run] = await ctx.db.select().from(importRun).where(byId(ctx, runId));
    if (!run) throw new NotFoundError("Import", runId);
    const twins = await ctx.db
      .select({ id: importRun.id, createdAt: importRun.createdAt })
      .from(importRun)
      .where(
        and(
          eq(importRun.workspaceId, ctx.workspaceId),
          eq(importRun.fileSha256, run.fileSha256),
          eq(importRun.recordType, run.recordType),
          eq(importRun.state, "done"),
          ne(importRun.id, runId),
        ),
      )
      .orderBy(desc(importRun.createdAt))
      .limit(1);
    const byOutcome = await ctx.db
      .select({ outcome: importRow.outcome, count: count() })
      .from(importRow)
      .where(and(eq(importRow.workspaceId, ctx.workspaceId), eq(importRow.runId, runId)))
      .groupBy(importRow.outcome);
    const words = await ctx.db.execute<{ word: string }>(sql`
      select distinct m ->> 'unknownStage' as word from import_row r, jsonb_array_elements(r.messages) m
      where r.workspace_id = ${ctx.workspaceId} and r.run_id = ${runId} and m ? 'unknownStage' order by 1 limit 50`);
    const { sample = [], ...options } = run.options as unknown as ImportOptions & { sample?: string[][] };
    const unmapped = run.header.filter((column) => !(column in run.mapping));
    return {
      ...run,
      options,
      sample,
      unmapped,
      byOutcome,
      fields: IMPORT_FIELDS[run.recordType],
      importedBefore: twins[0] ?? null,
      /** Words of the file's stage column that are no stage here; rows with them are not imported until each is mapped. */
      unknownStages: words.map(({ word }) => word),
    };
  });
}

/** Rows of the report in order, those with something to say of a check, all of an import. */
export async function listRows(ctx: RequestContext, input: z.infer<typeof ListRowsInput>) {
  requirePermission(ctx, "import:run");
  return withTransaction(ctx, (ctx) =>
    ctx.db
      .select({
        rowNumber: importRow.rowNumber,
        outcome: importRow.outcome,
        recordId: importRow.recordId,
        messages: importRow.messages,
      })
      .from(importRow)
      .where(
        and(
          eq(importRow.workspaceId, ctx.workspaceId),
          eq(importRow.runId, input.runId),
          input.outcome ? eq(importRow.outcome, input.outcome) : undefined,
          gt(importRow.rowNumber, input.after),
        ),
      )
      .orderBy(asc(importRow.rowNumber))
      .limit(input.limit),
  );
}

type Run = typeof importRun.$inferSelect;

async function lockRun(ctx: RequestContext, runId: string): Promise<Run> {
  const [run] = await ctx.db.select().from(importRun).where(byId(ctx, runId)).for("update");
  if (!run) throw new NotFoundError("Import", runId);
  requireImport(ctx, run.recordType);
  return run;
}

function requireState(run: Run, states: Run["state"][]): void {
  if (!states.includes(run.state)) throw new ConflictError(`This import is ${run.state}`, { state: run.state });
}

async function requireUserOfWorkspace(ctx: RequestContext, id: string): Promise<void> {
  const found = await ctx.db
    .select({ id: appUser.id })
    .from(appUser)
    .where(and(eq(appUser.workspaceId, ctx.workspaceId), inArray(appUser.id, [id])));
  if (found.length === 0) throw new NotFoundError("User", id);
}

async function requireStages(ctx: RequestContext, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  const found = await ctx.db
    .select({ id: stage.id })
    .from(stage)
    .where(and(eq(stage.workspaceId, ctx.workspaceId), inArray(stage.id, ids)));
  const missing = ids.find((id) => !found.some((row) => row.id === id));
  if (missing) throw new NotFoundError("Stage", missing);
}
