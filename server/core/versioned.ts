import { and, eq, sql } from "drizzle-orm";
import type { PgColumn, PgTable, PgUpdateSetSource } from "drizzle-orm/pg-core";
import type { FieldChange } from "#db/schema/index.ts";
import type { RequestContext } from "./context.ts";
import { NotFoundError, StaleWriteError } from "./errors.ts";
import { changedFields } from "./events.ts";

type VersionedTable = PgTable & { workspaceId: PgColumn; id: PgColumn; version: PgColumn; updatedAt: PgColumn };

interface VersionedUpdate<Row> {
  table: VersionedTable;
  recordType: string;
  id: string;
  /** The version the caller last saw. */
  version: number;
  changes: Partial<Row>;
}

/**
 * Changes a record only if nobody else did since the caller read it; locks the row until the transaction ends.
 * @returns the row before and which fields really changed.
 * @throws NotFoundError; StaleWriteError with the server's values of the fields in question, unless they are the same.
 */
export async function updateVersioned<Row extends { id: string; version: number }>(
  ctx: RequestContext,
  { table, recordType, id, version, changes }: VersionedUpdate<Row>,
): Promise<{ before: Row; changes: Record<string, FieldChange> }> {
  const where = and(eq(table.workspaceId, ctx.workspaceId), eq(table.id, id));
  const [before] = (await ctx.db.select().from(table).where(where).for("update")) as unknown as Row[];
  if (!before) throw new NotFoundError(recordType, id);
  const changed = changedFields(before, changes);
  if (Object.keys(changed).length === 0) return { before, changes: changed };
  requireVersion(recordType, before, version, changed);
  const set = {
    ...changes,
    version: sql`${table.version} + 1`,
    updatedAt: ctx.now(),
  } as PgUpdateSetSource<VersionedTable>;
  const updated = await ctx.db.update(table).set(set).where(where).returning({ id: table.id });
  // Readable but not writable for this user: row-level security filtered the update away.
  if (updated.length === 0) throw new NotFoundError(recordType, id);
  return { before, changes: changed };
}

/** @throws StaleWriteError with the values that are there now of the fields that were to change. */
export function requireVersion<Row extends { version: number }>(
  recordType: string,
  before: Row,
  version: number,
  changed: Record<string, FieldChange>,
): void {
  if (before.version === version) return;
  const fields = Object.keys(changed) as (keyof Row & string)[];
  throw new StaleWriteError(
    recordType,
    before.version,
    Object.fromEntries(fields.map((field) => [field, before[field]])),
  );
}
