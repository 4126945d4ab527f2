import { and, desc, eq, inArray, max } from "drizzle-orm";
import {
  appUser,
  campaign,
  leadRuleSet,
  leadSlaPolicy,
  team,
  type LeadRules,
  type LeadRulesKind,
} from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import { actorId, type RequestContext } from "#server/core/context.ts";
import { NotFoundError, StaleWriteError } from "#server/core/errors.ts";
import { emitEvent } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { DEFAULT_LEAD_RULES, DEFAULT_LEAD_SLA } from "./default-rules.ts";
import type { SaveRulesInput } from "./rules-input.ts";

type SavedAssignment = Extract<SaveRulesInput["set"], { kind: "assignment" }>["rules"];

export interface RuleSet<Kind extends LeadRulesKind> {
  version: number;
  rules: LeadRules[Kind];
}

/** The rules of this kind: those in force, or an older version. A workspace without any has the defaults as version 0. */
export async function loadRules<Kind extends LeadRulesKind>(
  ctx: RequestContext,
  kind: Kind,
  version?: number,
): Promise<RuleSet<Kind>> {
  const [row] = await ctx.db
    .select({ version: leadRuleSet.version, rules: leadRuleSet.rules })
    .from(leadRuleSet)
    .where(
      and(
        eq(leadRuleSet.workspaceId, ctx.workspaceId),
        eq(leadRuleSet.kind, kind),
        version === undefined ? undefined : eq(leadRuleSet.version, version),
      ),
    )
    .orderBy(desc(leadRuleSet.version))
    .limit(1);
  // The column holds what belongs to the row's kind; the type cannot say so.
  return row
    ? { version: row.version, rules: row.rules as LeadRules[Kind] }
    : { version: 0, rules: DEFAULT_LEAD_RULES[kind] };
}

/** Publishes a new version; the old ones stay. @throws StaleWriteError when somebody published in the meantime. */
export async function saveRules(ctx: RequestContext, input: SaveRulesInput): Promise<{ version: number }> {
  requirePermission(ctx, "settings:manage");
  const { kind, rules } = input.set;
  return withTransaction(ctx, async (ctx) => {
    if (input.set.kind === "assignment") await requireReferences(ctx, input.set.rules);
    const [last] = await ctx.db
      .select({ version: max(leadRuleSet.version) })
      .from(leadRuleSet)
      .where(and(eq(leadRuleSet.workspaceId, ctx.workspaceId), eq(leadRuleSet.kind, kind)));
    const current = last?.version ?? 0;
    if (current !== input.version) throw new StaleWriteError("The rules", current, { kind });
    const version = current + 1;
    const row = { workspaceId: ctx.workspaceId, kind, version, rules, note: input.note, createdBy: actorId(ctx) };
    await ctx.db.insert(leadRuleSet).values({ ...row, createdAt: ctx.now() });
    await emitEvent(ctx, {
      type: "workspace.lead_rules_published",
      subject: { type: "workspace", id: ctx.workspaceId },
      data: { kind, version },
    });
    return { version };
  });
}

/** @throws NotFoundError for a person, team, campaign or policy that the workspace does not have. */
async function requireReferences(ctx: RequestContext, { rules }: SavedAssignment): Promise<void> {
  const named: [string, typeof appUser | typeof team | typeof campaign | typeof leadSlaPolicy, string[]][] = [
    ["User", appUser, rules.flatMap(({ userIds }) => userIds)],
    ["Team", team, rules.flatMap(({ teamIds }) => teamIds)],
    ["Campaign", campaign, rules.flatMap(({ when }) => when.campaignIds ?? [])],
    ["SLA policy", leadSlaPolicy, rules.flatMap(({ slaPolicyId }) => slaPolicyId ?? [])],
  ];
  for (const [name, table, ids] of named) {
    if (ids.length === 0) continue;
    const rows = await ctx.db
      .select({ id: table.id })
      .from(table)
      .where(and(eq(table.workspaceId, ctx.workspaceId), inArray(table.id, ids)));
    const missing = ids.find((id) => !rows.some((row) => row.id === id));
    if (missing) throw new NotFoundError(name, missing);
  }
}

/** The rules in force of every kind and what was published before. */
export async function listRules(ctx: RequestContext) {
  requirePermission(ctx, "settings:manage");
  return withTransaction(ctx, async (ctx) => ({
    assignment: await loadRules(ctx, "assignment"),
    score: await loadRules(ctx, "score"),
    hot: await loadRules(ctx, "hot"),
    status: await loadRules(ctx, "status"),
    history: await ctx.db
      .select({
        kind: leadRuleSet.kind,
        version: leadRuleSet.version,
        note: leadRuleSet.note,
        createdBy: leadRuleSet.createdBy,
        createdAt: leadRuleSet.createdAt,
      })
      .from(leadRuleSet)
      .where(eq(leadRuleSet.workspaceId, ctx.workspaceId))
      .orderBy(desc(leadRuleSet.createdAt), desc(leadRuleSet.version))
      .limit(50),
  }));
}

/** What a new workspace starts with. */
export async function createDefaultLeadRules(ctx: RequestContext): Promise<void> {
  const { workspaceId } = ctx;
  await ctx.db
    .insert(leadSlaPolicy)
    .values(DEFAULT_LEAD_SLA.map((policy) => ({ ...policy, id: newId(), workspaceId })));
  await ctx.db.insert(leadRuleSet).values(
    (Object.keys(DEFAULT_LEAD_RULES) as LeadRulesKind[]).map((kind) => ({
      workspaceId,
      kind,
      version: 1,
      rules: DEFAULT_LEAD_RULES[kind],
      note: "Default",
      createdBy: actorId(ctx),
    })),
  );
}
