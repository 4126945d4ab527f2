import { and, eq, isNull } from "drizzle-orm";
import { z } from "zod";
import { appUser, opportunity, opportunityHealth } from "#db/schema/index.ts";
import { requireUser, type RequestContext } from "#server/core/context.ts";
import { InvalidInputError, NotFoundError } from "#server/core/errors.ts";
import { emitEvent } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { todayOf } from "#server/core/today.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { loadRiskRules } from "./risk-rules.ts";

export const HealthInput = z.strictObject({ opportunityId: z.uuid() });

/** Health of a deal with its factors and their evidence; null while nobody has looked at it, and for closed deals. */
export async function getHealth(ctx: RequestContext, { opportunityId }: z.infer<typeof HealthInput>) {
  requirePermission(ctx, "opportunity:read");
  return withTransaction(ctx, async (ctx) => {
    await requireDeal(ctx, opportunityId);
    const [row] = await ctx.db
      .select({ health: opportunityHealth, judgeName: appUser.name })
      .from(opportunityHealth)
      .leftJoin(
        appUser,
        and(eq(appUser.workspaceId, opportunityHealth.workspaceId), eq(appUser.id, opportunityHealth.manualBy)),
      )
      .where(ofDeal(ctx, opportunityId));
    const { atRiskBelow } = (await loadRiskRules(ctx)).rules;
    return row ? { ...row.health, judgeName: row.judgeName, atRiskBelow } : null;
  });
}

export const JudgeRiskInput = z.strictObject({
  opportunityId: z.uuid(),
  /** Null leaves the judgement to the rules again. */
  isAtRisk: z.boolean().nullable(),
  reason: z.string().trim().max(500).default(""),
});

/** Somebody's own judgement, with its reason, goes before the score. @throws NotFoundError; InvalidInputError without a reason */
export async function judgeRisk(ctx: RequestContext, input: z.infer<typeof JudgeRiskInput>): Promise<void> {
  requirePermission(ctx, "opportunity:write");
  const { opportunityId, isAtRisk, reason } = input;
  if (isAtRisk !== null && !reason) throw new InvalidInputError("Say why you judge it so", { reason: "missing" });
  await withTransaction(ctx, async (ctx) => {
    const deal = await lockDeal(ctx, opportunityId);
    const { rules, version } = await loadRiskRules(ctx);
    const [before] = await ctx.db.select().from(opportunityHealth).where(ofDeal(ctx, opportunityId)).for("update");
    const score = before?.score ?? 100;
    const judged = {
      manualAtRisk: isAtRisk,
      manualReason: isAtRisk === null ? null : reason,
      manualBy: isAtRisk === null ? null : requireUser(ctx).userId,
      manualAt: isAtRisk === null ? null : ctx.now(),
      isAtRisk: isAtRisk ?? score < rules.atRiskBelow,
    };
    if (before) await ctx.db.update(opportunityHealth).set(judged).where(ofDeal(ctx, opportunityId));
    else
      await ctx.db.insert(opportunityHealth).values({
        ...{ ...judged, score, factors: [], rulesVersion: version },
        ...{ workspaceId: ctx.workspaceId, opportunityId, computedOn: todayOf(ctx), computedAt: ctx.now() },
      });
    await emitEvent(ctx, {
      type: "opportunity.risk_judged",
      subject: { type: "opportunity", id: opportunityId },
      changes: { isAtRisk: [before?.isAtRisk ?? null, judged.isAtRisk] },
      data: { accountId: deal.accountId, isAtRisk, reason },
    });
  });
}

const ofDeal = (ctx: RequestContext, opportunityId: string) =>
  and(eq(opportunityHealth.workspaceId, ctx.workspaceId), eq(opportunityHealth.opportunityId, opportunityId));

const here = (ctx: RequestContext, id: string) =>
  and(eq(opportunity.workspaceId, ctx.workspaceId), eq(opportunity.id, id), isNull(opportunity.deletedAt));

async function requireDeal(ctx: RequestContext, id: string): Promise<void> {
  const [row] = await ctx.db.select({ id: opportunity.id }).from(opportunity).where(here(ctx, id));
  if (!row) throw new NotFoundError("Opportunity", id);
}

async function lockDeal(ctx: RequestContext, id: string): Promise<{ accountId: string | null }> {
  const [row] = await ctx.db
    .select({ accountId: opportunity.accountId })
    .from(opportunity)
    .where(here(ctx, id))
    .for("update");
  if (!row) throw new NotFoundError("Opportunity", id);
  return row;
}
