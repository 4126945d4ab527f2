import { and, eq, inArray, sql } from "drizzle-orm";
import { opportunityHealth, type AlertKind } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import { loadManySignals, type LoadedSignals } from "#server/assistant/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { emitEvents, type NewEvent } from "#server/core/events.ts";
import { notify, type NewNotification } from "#server/notifications/index.ts";
import { assess, type Assessment } from "./assess.ts";
import { loadRiskRules } from "./risk-rules.ts";

type HealthRow = typeof opportunityHealth.$inferSelect;

/** So many deals are looked at in one transaction. */
export const HEALTH_BATCH = 50;

const ALERT_WORDS: Record<AlertKind, string> = {
  "no-next-step": "has no dated next step",
  "next-step-overdue": "is past its next step",
  "no-activity": "is quiet",
  "over-idle-limit": "is over its stage's idle limit",
};

/**
 * Looks at the deals anew, writes down their health and tells owners of what has become wrong since the last look. A deal
 * that is seen for the first time is listed, and its owner is not woken for it. For use inside a job's transaction.
 */
export async function keepHealth(ctx: RequestContext, opportunityIds: readonly string[]): Promise<void> {
  const ids = [...new Set(opportunityIds)].slice(0, HEALTH_BATCH);
  if (ids.length === 0) return;
  const rules = await loadRiskRules(ctx);
  const known = new Map((await loadKnown(ctx, ids)).map((row) => [row.opportunityId, row]));
  const loaded = await loadManySignals(ctx, ids);
  const closed = ids.filter((id) => !loaded.has(id) && known.has(id));
  if (closed.length > 0) await ctx.db.delete(opportunityHealth).where(ofDeals(ctx, closed));
  const events: NewEvent[] = [];
  const news: NewNotification[] = [];
  for (const [id, { signals, accountId }] of loaded) {
    const before = known.get(id);
    const found = assess(signals, rules.rules, ctx.now());
    const isAtRisk = before?.manualAtRisk ?? found.isAtRisk;
    await save(ctx, id, { ...found, isAtRisk }, rules.version);
    if (!before) continue;
    if (hasChanged(before, { ...found, isAtRisk }))
      events.push({
        type: "opportunity.health_changed",
        subject: { type: "opportunity", id },
        changes: { score: [before.score, found.score], isAtRisk: [before.isAtRisk, isAtRisk] },
        data: { accountId: accountId ?? null },
      });
    const fresh = found.alerts.filter((alert) => !before.alerts.includes(alert));
    if (fresh.length > 0) news.push(tell(signals, fresh, found));
  }
  await emitEvents(ctx, events);
  await notify(ctx, news);
}

const ofDeals = (ctx: RequestContext, ids: readonly string[]) =>
  and(eq(opportunityHealth.workspaceId, ctx.workspaceId), inArray(opportunityHealth.opportunityId, [...ids]));

const loadKnown = (ctx: RequestContext, ids: readonly string[]): Promise<HealthRow[]> =>
  ctx.db.select().from(opportunityHealth).where(ofDeals(ctx, ids)).for("update");

async function save(ctx: RequestContext, opportunityId: string, found: Assessment, rulesVersion: number) {
  const values = {
    ...found,
    rulesVersion,
    computedOn: ctx.now().toISOString().slice(0, 10),
    computedAt: ctx.now(),
  };
  await ctx.db
    .insert(opportunityHealth)
    .values({ ...values, opportunityId, workspaceId: ctx.workspaceId })
    .onConflictDoUpdate({
      target: [opportunityHealth.workspaceId, opportunityHealth.opportunityId],
      set: values,
    });
}

const causes = ({ factors, alerts }: Pick<HealthRow, "factors" | "alerts">): string =>
  JSON.stringify([factors.map(({ rule, points }) => [rule, points]), alerts]);

const hasChanged = (before: HealthRow, after: Assessment): boolean =>
  before.score !== after.score || before.isAtRisk !== after.isAtRisk || causes(before) !== causes(after);

/** One notification for all that has become wrong, with what to do about it. */
function tell(
  { deal, ownerId }: LoadedSignals["signals"],
  alerts: readonly AlertKind[],
  { factors }: Assessment,
): NewNotification {
  const actions = factors.slice(0, 3).map(({ title }) => title);
  return {
    userId: ownerId,
    kind: "opportunity.alert",
    title: `${deal.name} ${alerts.map((alert) => ALERT_WORDS[alert]).join(" and ")}`,
    body: actions.length > 0 ? `Suggested: ${actions.join("; ")}` : "Log an activity with its next step.",
    href: `/apps/crm/opportunities/${deal.id}`,
    sourceEventId: newId(),
  };
}

/** Open deals that nobody has looked at today, the longest ago first. */
export async function listStale(ctx: RequestContext): Promise<string[]> {
  const today = ctx.now().toISOString().slice(0, 10);
  const rows = await ctx.db.execute<{ id: string }>(sql`
    select o.id from opportunity o
    left join opportunity_health h on h.workspace_id = o.workspace_id and h.opportunity_id = o.id
    where o.workspace_id = ${ctx.workspaceId} and o.stage_kind = 'open' and o.deleted_at is null
      and (h.computed_on is null or h.computed_on < ${today}::date
        or h.rules_version <> coalesce((select max(version) from risk_rule_set where workspace_id = ${ctx.workspaceId}), 0))
    order by h.computed_on nulls first, o.id limit ${HEALTH_BATCH}`);
  return rows.map(({ id }) => id);
}
