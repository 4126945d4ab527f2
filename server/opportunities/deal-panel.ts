import { and, asc, desc, eq, isNull, sql } from "drizzle-orm";
import {
  activity,
  activityLink,
  contact,
  opportunityContact,
  opportunityStageHistory,
  stage,
  type ExitCriterion,
} from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { hasPermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { getOpportunity } from "./queries.ts";

export interface CriterionState {
  label: string;
  isMet: boolean;
}

/** Everything the deal at a glance shows: fields, stages, exit criteria met and missing, buying group, stage history. */
export async function getDealPanel(ctx: RequestContext, input: { opportunityId: string }) {
  return withTransaction(ctx, async (ctx) => {
    const deal = await getOpportunity(ctx, input);
    const here = eq(opportunityContact.workspaceId, ctx.workspaceId);
    const buyingGroup = await ctx.db
      .select({
        contactId: contact.id,
        name: sql<string>`trim(${contact.firstName} || ' ' || ${contact.lastName})`,
        title: contact.title,
        role: opportunityContact.role,
      })
      .from(opportunityContact)
      .innerJoin(
        contact,
        and(eq(contact.workspaceId, opportunityContact.workspaceId), eq(contact.id, opportunityContact.contactId)),
      )
      .where(and(here, eq(opportunityContact.opportunityId, deal.id), isNull(contact.deletedAt)))
      .orderBy(asc(contact.lastName));
    const kinds = await ctx.db
      .selectDistinct({ kind: activity.kind })
      .from(activityLink)
      .innerJoin(
        activity,
        and(eq(activity.workspaceId, activityLink.workspaceId), eq(activity.id, activityLink.activityId)),
      )
      .where(
        and(
          eq(activityLink.workspaceId, ctx.workspaceId),
          eq(activityLink.opportunityId, deal.id),
          isNull(activity.deletedAt),
          sql`${activity.occurredAt} >= ${deal.stageEnteredAt.toISOString()}::timestamptz`,
        ),
      );
    const stages = await ctx.db
      .select({
        id: stage.id,
        name: stage.name,
        kind: stage.kind,
        position: stage.position,
        probability: stage.probability,
      })
      .from(stage)
      .where(and(eq(stage.workspaceId, ctx.workspaceId), eq(stage.pipelineId, deal.pipelineId)))
      .orderBy(asc(stage.position));
    const history = await ctx.db
      .select({
        id: opportunityStageHistory.id,
        fromStageId: opportunityStageHistory.fromStageId,
        toStageId: opportunityStageHistory.toStageId,
        movedAt: opportunityStageHistory.movedAt,
        durationSeconds: opportunityStageHistory.durationSeconds,
        actorId: opportunityStageHistory.actorId,
        reason: opportunityStageHistory.reason,
      })
      .from(opportunityStageHistory)
      .where(
        and(
          eq(opportunityStageHistory.workspaceId, ctx.workspaceId),
          eq(opportunityStageHistory.opportunityId, deal.id),
        ),
      )
      .orderBy(desc(opportunityStageHistory.movedAt))
      .limit(50);
    const facts = {
      deal,
      roles: buyingGroup.map(({ role }) => role),
      kinds: new Set<string>(kinds.map(({ kind }) => kind)),
    };
    const criteria: CriterionState[] = deal.exitCriteria.map((criterion) => ({
      label: criterion.label,
      isMet: isMet(criterion, facts),
    }));
    return { deal, stages, criteria, buyingGroup, history, canEdit: hasPermission(ctx, "opportunity:write") };
  });
}

interface DealFacts {
  deal: {
    amountCents: number | null;
    closeDate: string | null;
    nextStep: string | null;
    nextStepDue: string | null;
    accountId: string | null;
  };
  roles: (string | null)[];
  kinds: Set<string>;
}

/** Whether the deal has what its stage is for. A next step counts only with its date. */
export function isMet(criterion: ExitCriterion, { deal, roles, kinds }: DealFacts): boolean {
  if (criterion.kind === "activity") return kinds.has(criterion.activity);
  if (criterion.kind === "contactRole")
    return criterion.role === null ? roles.length > 0 : roles.includes(criterion.role);
  if (criterion.field === "nextStep") return Boolean(deal.nextStep && deal.nextStepDue);
  return deal[criterion.field] !== null;
}
