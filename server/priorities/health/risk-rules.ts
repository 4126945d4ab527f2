import { desc, eq } from "drizzle-orm";
import { z } from "zod";
import { riskRuleSet, type RiskRules } from "#db/schema/index.ts";
import { RULES } from "#ai/next-best-action/rank.ts";
import { actorId, type RequestContext } from "#server/core/context.ts";
import { ConflictError, InvalidInputError } from "#server/core/errors.ts";
import { emitEvent } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";

/** Version 0: what holds until an administrator publishes weights of his own. */
const DEFAULT_RULES: RiskRules = {
  points: {
    silence: 25,
    "close-date-passed": 20,
    "no-decision-maker": 20,
    "no-next-step": 20,
    "next-step-overdue": 15,
    "close-date-pushed": 15,
    "objection-open": 15,
    "competitor-mention": 15,
    "unanswered-inbound": 15,
    "champion-silent": 10,
    "legal-stalled": 10,
    "stage-age": 10,
    "single-contact": 5,
  },
  atRiskBelow: 60,
  noActivityDays: 10,
};

export interface RiskRuleVersion {
  version: number;
  rules: RiskRules;
  note: string;
  createdAt: Date | null;
}

/** The newest weights and limits; for use inside a transaction. */
export async function loadRiskRules(ctx: RequestContext): Promise<RiskRuleVersion> {
  const [row] = await ctx.db
    .select()
    .from(riskRuleSet)
    .where(eq(riskRuleSet.workspaceId, ctx.workspaceId))
    .orderBy(desc(riskRuleSet.version))
    .limit(1);
  return row ?? { version: 0, rules: DEFAULT_RULES, note: "Defaults", createdAt: null };
}

/** The rules there are, with the points they take now, and the versions so far. */
export async function getRiskRules(ctx: RequestContext) {
  requirePermission(ctx, "opportunity:read");
  return withTransaction(ctx, async (ctx) => {
    const current = await loadRiskRules(ctx);
    const history = await ctx.db
      .select({ version: riskRuleSet.version, note: riskRuleSet.note, createdAt: riskRuleSet.createdAt })
      .from(riskRuleSet)
      .where(eq(riskRuleSet.workspaceId, ctx.workspaceId))
      .orderBy(desc(riskRuleSet.version))
      .limit(20);
    const { version, rules, note } = current;
    const factors = RULES.map(({ id, name }) => ({ rule: id, name, points: rules.points[id] ?? 0 }));
    return {
      ...{ version, note, history },
      ...{ atRiskBelow: rules.atRiskBelow, noActivityDays: rules.noActivityDays },
      factors: factors.sort((a, b) => b.points - a.points || a.name.localeCompare(b.name)),
    };
  });
}

export const PublishRulesInput = z.strictObject({
  /** The version that the change was made on. */
  basedOn: z.number().int().min(0),
  factors: z
    .array(z.strictObject({ rule: z.string().max(60), points: z.number().int().min(0).max(100) }))
    .min(1)
    .max(50),
  atRiskBelow: z.number().int().min(0).max(100),
  noActivityDays: z.number().int().min(1).max(365),
  note: z.string().trim().min(1, "Say why it changes").max(500),
});

/** A new version of weights and limits; every open deal is looked at again by it. @throws ConflictError when somebody published in the meantime */
export async function publishRiskRules(
  ctx: RequestContext,
  input: z.infer<typeof PublishRulesInput>,
): Promise<{ version: number }> {
  requirePermission(ctx, "settings:manage");
  const known = new Set<string>(RULES.map(({ id }) => id));
  const unknown = input.factors.find(({ rule }) => !known.has(rule));
  if (unknown) throw new InvalidInputError("There is no such rule", { factors: unknown.rule });
  return withTransaction(ctx, async (ctx) => {
    const current = await loadRiskRules(ctx);
    if (current.version !== input.basedOn) throw new ConflictError("Somebody published other weights in the meantime");
    const version = current.version + 1;
    const { atRiskBelow, noActivityDays, note } = input;
    const points = Object.fromEntries(input.factors.map(({ rule, points }) => [rule, points]));
    await ctx.db.insert(riskRuleSet).values({
      ...{ workspaceId: ctx.workspaceId, version, note, createdBy: actorId(ctx) },
      ...{ rules: { points, atRiskBelow, noActivityDays } },
    });
    await emitEvent(ctx, {
      type: "workspace.risk_rules_published",
      subject: { type: "workspace", id: ctx.workspaceId },
      data: { version },
    });
    return { version };
  });
}
