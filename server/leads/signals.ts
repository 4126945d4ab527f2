import { z } from "zod";
import { leadSignal } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import type { RequestContext } from "#server/core/context.ts";
import { InvalidInputError } from "#server/core/errors.ts";
import { emitEvent } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { lockLead, requireNotConverted } from "./locked-lead.ts";
import { rescoreLead } from "./rescore-lead.ts";
import { loadRules } from "./rules.ts";

export const RecordSignalInput = z.strictObject({
  leadId: z.uuid(),
  kind: z.string().min(1).max(60),
  detail: z.string().trim().max(500).nullish(),
  occurredAt: z.iso.datetime({ offset: true }).optional(),
  /** The sender's own id of it: told twice, it counts once. */
  externalId: z.string().min(1).max(200).optional(),
});

/** Something the person behind the lead did; the score follows in the same transaction. @throws InvalidInputError for a kind that no rule knows. */
export async function recordSignal(
  ctx: RequestContext,
  input: z.infer<typeof RecordSignalInput>,
): Promise<{ score: number }> {
  requirePermission(ctx, "lead:write");
  const { leadId, occurredAt, kind, detail = null, externalId = null } = input;
  const at = occurredAt ? new Date(occurredAt) : ctx.now();
  if (at.getTime() > ctx.now().getTime() + 60_000)
    throw new InvalidInputError("A signal cannot lie in the future", { occurredAt: "future" });
  return withTransaction(ctx, async (ctx) => {
    const row = await lockLead(ctx, leadId);
    requireNotConverted(row);
    const { rules } = await loadRules(ctx, "score");
    const rule = rules.signals.find((one) => one.kind === kind);
    if (!rule) throw new InvalidInputError(`No rule knows the signal "${kind}"`, { kind: "unknown" });
    const inserted = await ctx.db
      .insert(leadSignal)
      .values({ workspaceId: ctx.workspaceId, id: newId(), leadId, kind, detail, occurredAt: at, externalId })
      .onConflictDoNothing()
      .returning({ id: leadSignal.id });
    if (inserted.length === 0) return { score: row.score };
    await emitEvent(ctx, {
      type: "lead.signal_recorded",
      subject: { type: "lead", id: leadId },
      data: { kind, ownerId: row.ownerId },
    });
    return { score: await rescoreLead(ctx, row, rule.label) };
  });
}
