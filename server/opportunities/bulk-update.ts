import { z } from "zod";
import type { RequestContext } from "#server/core/context.ts";
import { DomainError } from "#server/core/errors.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { moveStage } from "./move-stage.ts";
import { updateOpportunity } from "./write-opportunity.ts";

export const BulkUpdateInput = z.strictObject({
  items: z
    .array(z.strictObject({ opportunityId: z.uuid(), version: z.number().int().min(1) }))
    .min(1)
    .max(100),
  changes: z
    .strictObject({
      stageId: z.uuid().optional(),
      closeDate: z.iso.date().optional(),
      ownerId: z.uuid().optional(),
      nextStep: z.string().trim().min(1).max(500).optional(),
      nextStepDue: z.iso.date().optional(),
    })
    .refine((changes) => Object.values(changes).some((value) => value !== undefined), "Nothing to change"),
  /** Needed for losing the deals, and kept with every change. */
  reason: z.string().trim().max(1000).optional(),
});

export interface BulkResult {
  opportunityId: string;
  isDone: boolean;
  /** Why not, as the single change would have said it. */
  refusal: string | null;
  missing: { key: string; label: string }[];
}

/**
 * The same change on many deals, each as if alone: its own transaction, gates, rights and news. One deal's refusal keeps no other
 * from being changed.
 */
export async function bulkUpdate(ctx: RequestContext, input: z.infer<typeof BulkUpdateInput>): Promise<BulkResult[]> {
  requirePermission(ctx, "opportunity:write");
  const { stageId, ...fields } = input.changes;
  const reason = input.reason ? { reason: input.reason } : {};
  const note = input.reason ? { note: input.reason } : {};
  const hasFields = Object.values(fields).some((value) => value !== undefined);
  const results: BulkResult[] = [];
  for (const item of input.items) {
    try {
      if (hasFields) await updateOpportunity(ctx, { ...item, changes: fields, ...note });
      // The fields above made a new version of it.
      const version = hasFields ? item.version + 1 : item.version;
      if (stageId) await moveStage(ctx, { ...item, version, stageId, ...reason });
      results.push({ opportunityId: item.opportunityId, isDone: true, refusal: null, missing: [] });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const missing = (error.details.missing ?? []) as { key: string; label: string }[];
      results.push({
        opportunityId: item.opportunityId,
        isDone: false,
        refusal: error.message,
        missing: missing.map(({ key, label }) => ({ key, label })),
      });
    }
  }
  return results;
}
