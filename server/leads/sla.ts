import { and, eq, sql } from "drizzle-orm";
import { campaign, lead, leadSlaPolicy } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { addWorkingMinutes, type WorkingCalendar } from "#server/workspaces/index.ts";

export type SlaState = "due" | "at_risk" | "met" | "breached" | "none";
export type SlaPolicy = typeof leadSlaPolicy.$inferSelect;

interface SlaFields {
  slaDueAt: Date | null;
  slaAtRiskAt: Date | null;
  firstTouchAt: Date | null;
}

/** Follows the first human touch since the clock was started. */
export function slaStateOf({ slaDueAt, slaAtRiskAt, firstTouchAt }: SlaFields, now: Date): SlaState {
  if (!slaDueAt) return "none";
  if ((firstTouchAt ?? now) > slaDueAt) return "breached";
  if (firstTouchAt) return "met";
  return slaAtRiskAt && now >= slaAtRiskAt ? "at_risk" : "due";
}

/** The same as a condition on rows. */
export const slaStateSql = (now: Date) => sql<SlaState>`case when ${lead.slaDueAt} is null then 'none'
  when coalesce(${lead.firstTouchAt}, ${now.toISOString()}::timestamptz) > ${lead.slaDueAt} then 'breached'
  when ${lead.firstTouchAt} is not null then 'met'
  when ${lead.slaAtRiskAt} <= ${now.toISOString()}::timestamptz then 'at_risk' else 'due' end`;

/** Fields of a lead whose clock starts now. */
export function startSla(policy: SlaPolicy, start: Date, calendar: WorkingCalendar) {
  return {
    slaPolicyId: policy.id,
    slaStartedAt: start,
    slaAtRiskAt: addWorkingMinutes(start, (policy.responseMinutes * policy.atRiskPercent) / 100, calendar),
    slaDueAt: addWorkingMinutes(start, policy.responseMinutes, calendar),
    slaBreachedAt: null,
    firstTouchAt: null,
  };
}

export interface SlaPolicies {
  /** The rule's word comes first, then the campaign's; else the standard. */
  of(choice: { slaPolicyId?: string | undefined; campaignId: string | null }): SlaPolicy | undefined;
  hot: SlaPolicy | undefined;
}

export async function loadSlaPolicies(ctx: RequestContext): Promise<SlaPolicies> {
  const policies = await ctx.db.select().from(leadSlaPolicy).where(eq(leadSlaPolicy.workspaceId, ctx.workspaceId));
  const campaigns = await ctx.db
    .select({ id: campaign.id, slaPolicyId: campaign.slaPolicyId })
    .from(campaign)
    .where(and(eq(campaign.workspaceId, ctx.workspaceId), sql`${campaign.slaPolicyId} is not null`));
  const byId = new Map(policies.map((policy) => [policy.id, policy]));
  const standard = policies.find(({ purpose }) => purpose === "standard");
  return {
    of({ slaPolicyId, campaignId }) {
      const ofCampaign = campaigns.find(({ id }) => id === campaignId)?.slaPolicyId;
      return byId.get(slaPolicyId ?? "") ?? byId.get(ofCampaign ?? "") ?? standard;
    },
    hot: policies.find(({ purpose }) => purpose === "hot"),
  };
}
