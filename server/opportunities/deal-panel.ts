import { and, asc, desc, eq, gt, isNull, sql } from "drizzle-orm";
import {
  appUser,
  contact,
  opportunityCompetitor,
  opportunityContact,
  opportunityStageHistory,
  opportunityTeam,
  stage,
  stageWaiver,
} from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { hasPermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { evaluate, loadPipeline } from "./gates/evaluate.ts";
import { riskFlags } from "./gates/save-stage-data.ts";
import { getOpportunity } from "./queries.ts";

/** Everything the deal at a glance shows: fields, stages, exit criteria met and missing, people, competitors, stage history. */
export async function getDealPanel(ctx: RequestContext, input: { opportunityId: string }) {
  return withTransaction(ctx, async (ctx) => {
    const deal = await getOpportunity(ctx, input);
    const { pipeline, stages } = await loadPipeline(ctx, deal.pipelineId);
    const current = stages.find(({ id }) => id === deal.stageId);
    const asked = (current?.exitCriteria ?? []).map((criterion) => ({ criterion, stageName: deal.stageName }));
    const next = nextStage(stages, deal);
    const entry = (next ? (pipeline.categoryCriteria[next.forecastCategory] ?? []) : []).map((criterion) => ({
      criterion,
      stageName: null,
    }));
    const fields = stages.flatMap((one) => one.fields.map((field) => ({ ...field, stageId: one.id })));
    return {
      deal,
      stages: stages.map(({ id, name, kind, position, probability, forecastCategory, allowedCategories }) => ({
        ...{ id, name, kind, position, probability, forecastCategory, allowedCategories },
      })),
      criteria: deal.stageKind === "open" ? await evaluate(ctx, deal.id, [...asked, ...entry]) : [],
      nextStage: next ? { id: next.id, name: next.name } : null,
      fields,
      guidance: current?.guidance ?? "",
      activityTemplates: current?.activityTemplates ?? [],
      risks: riskFlags(fields, deal.stageData),
      buyingGroup: await listBuyingGroup(ctx, deal.id),
      team: await listTeam(ctx, deal.id),
      competitors: await listCompetitors(ctx, deal.id),
      waivers: await listWaivers(ctx, deal.id),
      history: await listStageHistory(ctx, deal.id),
      canEdit: hasPermission(ctx, "opportunity:write"),
      canApprove: hasPermission(ctx, "opportunity:approve"),
    };
  });
}

/** Where the deal goes next: the following stage that is not to be passed over. */
function nextStage<Row extends typeof stage.$inferSelect>(
  stages: Row[],
  deal: { stageId: string; stageData: Record<string, string | number> },
): Row | undefined {
  const at = stages.findIndex(({ id }) => id === deal.stageId);
  if (at < 0 || stages[at]!.kind !== "open") return undefined;
  return stages
    .slice(at + 1)
    .find(({ kind, skipWhen }) => kind !== "lost" && !(skipWhen && deal.stageData[skipWhen.key] === skipWhen.equals));
}

const listBuyingGroup = (ctx: RequestContext, opportunityId: string) =>
  ctx.db
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
    .where(
      and(
        eq(opportunityContact.workspaceId, ctx.workspaceId),
        eq(opportunityContact.opportunityId, opportunityId),
        isNull(contact.deletedAt),
      ),
    )
    .orderBy(asc(contact.lastName));

const listTeam = (ctx: RequestContext, opportunityId: string) =>
  ctx.db
    .select({ userId: opportunityTeam.userId, name: appUser.name, role: opportunityTeam.role })
    .from(opportunityTeam)
    .innerJoin(
      appUser,
      and(eq(appUser.workspaceId, opportunityTeam.workspaceId), eq(appUser.id, opportunityTeam.userId)),
    )
    .where(and(eq(opportunityTeam.workspaceId, ctx.workspaceId), eq(opportunityTeam.opportunityId, opportunityId)))
    .orderBy(asc(opportunityTeam.createdAt));

const listCompetitors = (ctx: RequestContext, opportunityId: string) =>
  ctx.db
    .select({
      id: opportunityCompetitor.id,
      name: opportunityCompetitor.name,
      position: opportunityCompetitor.position,
      notes: opportunityCompetitor.notes,
    })
    .from(opportunityCompetitor)
    .where(
      and(
        eq(opportunityCompetitor.workspaceId, ctx.workspaceId),
        eq(opportunityCompetitor.opportunityId, opportunityId),
      ),
    )
    .orderBy(asc(opportunityCompetitor.name))
    .limit(50);

const listWaivers = (ctx: RequestContext, opportunityId: string) =>
  ctx.db
    .select({
      id: stageWaiver.id,
      criterionKey: stageWaiver.criterionKey,
      label: stageWaiver.label,
      reason: stageWaiver.reason,
      expiresAt: stageWaiver.expiresAt,
      grantedByName: appUser.name,
    })
    .from(stageWaiver)
    .innerJoin(appUser, and(eq(appUser.workspaceId, stageWaiver.workspaceId), eq(appUser.id, stageWaiver.grantedBy)))
    .where(
      and(
        eq(stageWaiver.workspaceId, ctx.workspaceId),
        eq(stageWaiver.opportunityId, opportunityId),
        gt(stageWaiver.expiresAt, ctx.now()),
      ),
    )
    .orderBy(desc(stageWaiver.createdAt))
    .limit(20);

/** Newest first, with the names of stages, also of removed ones, and of people. */
const listStageHistory = (ctx: RequestContext, opportunityId: string) =>
  ctx.db
    .select({
      id: opportunityStageHistory.id,
      fromStageId: opportunityStageHistory.fromStageId,
      fromName: sql<
        string | null
      >`(select s.name from stage s where s.workspace_id = opportunity_stage_history.workspace_id
        and s.id = opportunity_stage_history.from_stage_id)`,
      toStageId: opportunityStageHistory.toStageId,
      toName: stage.name,
      movedAt: opportunityStageHistory.movedAt,
      durationSeconds: opportunityStageHistory.durationSeconds,
      actorId: opportunityStageHistory.actorId,
      actorName: appUser.name,
      reason: opportunityStageHistory.reason,
      waived: opportunityStageHistory.waived,
    })
    .from(opportunityStageHistory)
    .innerJoin(
      stage,
      and(eq(stage.workspaceId, opportunityStageHistory.workspaceId), eq(stage.id, opportunityStageHistory.toStageId)),
    )
    .leftJoin(
      appUser,
      and(
        eq(appUser.workspaceId, opportunityStageHistory.workspaceId),
        sql`${appUser.id}::text = ${opportunityStageHistory.actorId}`,
      ),
    )
    .where(
      and(
        eq(opportunityStageHistory.workspaceId, ctx.workspaceId),
        eq(opportunityStageHistory.opportunityId, opportunityId),
      ),
    )
    .orderBy(desc(opportunityStageHistory.movedAt))
    .limit(50);
