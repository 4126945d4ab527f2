import { asc, eq } from "drizzle-orm";
import { z } from "zod";
import { leadSlaPolicy } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { emitEvent } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { updateVersioned } from "#server/core/versioned.ts";

export const UpdateSlaPolicyInput = z.strictObject({
  slaPolicyId: z.uuid(),
  version: z.number().int().min(1),
  changes: z
    .strictObject({
      name: z.string().trim().min(1).max(120),
      responseMinutes: z.number().int().min(1).max(100_000),
      atRiskPercent: z.number().int().min(1).max(100),
    })
    .partial(),
});

/** How fast leads are touched, in minutes of working time. */
export async function listSlaPolicies(ctx: RequestContext) {
  requirePermission(ctx, "lead:read");
  return withTransaction(ctx, (ctx) =>
    ctx.db
      .select()
      .from(leadSlaPolicy)
      .where(eq(leadSlaPolicy.workspaceId, ctx.workspaceId))
      .orderBy(asc(leadSlaPolicy.responseMinutes), asc(leadSlaPolicy.name)),
  );
}

/** For leads that come from now on; running clocks stay. @throws NotFoundError; StaleWriteError */
export async function updateSlaPolicy(ctx: RequestContext, input: z.infer<typeof UpdateSlaPolicyInput>): Promise<void> {
  requirePermission(ctx, "settings:manage");
  const { slaPolicyId: id, version, changes } = input;
  await withTransaction(ctx, async (ctx) => {
    const target = { table: leadSlaPolicy, recordType: "SLA policy", id, version, changes };
    const done = await updateVersioned<typeof leadSlaPolicy.$inferSelect>(ctx, target);
    await emitEvent(ctx, {
      type: "workspace.lead_sla_updated",
      subject: { type: "workspace", id: ctx.workspaceId },
      changes: done.changes,
    });
  });
}
