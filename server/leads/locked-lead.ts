import { and, eq, isNull } from "drizzle-orm";
import { lead } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { ConflictError, NotFoundError, StaleWriteError } from "#server/core/errors.ts";

export type Lead = typeof lead.$inferSelect;

/** Locks the row until the transaction ends, so that of two acts at once the second sees the first. @throws NotFoundError */
export async function lockLead(ctx: RequestContext, id: string): Promise<Lead> {
  const [row] = await ctx.db
    .select()
    .from(lead)
    .where(and(eq(lead.workspaceId, ctx.workspaceId), eq(lead.id, id), isNull(lead.deletedAt)))
    .for("update");
  if (!row) throw new NotFoundError("Lead", id);
  return row;
}

/** @throws ConflictError: a converted lead is read-only. */
export function requireNotConverted(row: Lead): void {
  if (row.status === "converted")
    throw new ConflictError("This lead was converted and is read-only; work on its opportunity", {
      opportunityId: row.convertedOpportunityId,
    });
}

/** @throws StaleWriteError with the server's values of the fields in question. */
export function requireLeadVersion(row: Lead, version: number, fields: readonly (keyof Lead)[]): void {
  if (row.version !== version)
    throw new StaleWriteError("Lead", row.version, Object.fromEntries(fields.map((field) => [field, row[field]])));
}

/** Writes a locked lead's fields. @throws NotFoundError where the caller may read but not write it. */
export const setLead = (ctx: RequestContext, row: Lead, set: Partial<Lead>): Promise<void> =>
  write(ctx, row, { ...set, version: row.version + 1 });

/** What the product notes by itself, such as a score: it makes nobody's open form stale. */
export const noteOnLead = (ctx: RequestContext, row: Lead, set: Partial<Lead>): Promise<void> => write(ctx, row, set);

async function write(ctx: RequestContext, row: Lead, set: Partial<Lead>): Promise<void> {
  const written = await ctx.db
    .update(lead)
    .set({ ...set, updatedAt: ctx.now() })
    .where(and(eq(lead.workspaceId, ctx.workspaceId), eq(lead.id, row.id)))
    .returning({ id: lead.id });
  if (written.length === 0) throw new NotFoundError("Lead", row.id);
}
