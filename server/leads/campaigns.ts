import { and, asc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { campaign, LEAD_SOURCES, leadSlaPolicy } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import type { RequestContext } from "#server/core/context.ts";
import { ConflictError, NotFoundError } from "#server/core/errors.ts";
import { emitEvent } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";

export const CreateCampaignInput = z.strictObject({
  name: z.string().trim().min(1, "A campaign needs a name").max(200),
  source: z.enum(LEAD_SOURCES).default("event"),
  startsOn: z.iso.date().nullish(),
  slaPolicyId: z.uuid().nullish(),
});

/** Campaigns with how many leads of each the caller sees. */
export async function listCampaigns(ctx: RequestContext) {
  requirePermission(ctx, "lead:read");
  return withTransaction(ctx, (ctx) =>
    ctx.db
      .select({
        id: campaign.id,
        name: campaign.name,
        source: campaign.source,
        startsOn: campaign.startsOn,
        slaPolicyId: campaign.slaPolicyId,
        // Without a join, columns in a field's expression stand without their table: named by hand.
        leadCount: sql<number>`(select count(*) from lead l where l.workspace_id = campaign.workspace_id
          and l.campaign_id = campaign.id and l.deleted_at is null)`.mapWith(Number),
      })
      .from(campaign)
      .where(and(eq(campaign.workspaceId, ctx.workspaceId), eq(campaign.isActive, true)))
      .orderBy(asc(campaign.name))
      .limit(500),
  );
}

/** @throws ConflictError when the name is taken; NotFoundError for a policy that is not there. */
export async function createCampaign(
  ctx: RequestContext,
  input: z.infer<typeof CreateCampaignInput>,
): Promise<{ id: string }> {
  requirePermission(ctx, "lead:assign");
  const id = newId();
  return withTransaction(ctx, async (ctx) => {
    if (input.slaPolicyId) await requirePolicy(ctx, input.slaPolicyId);
    const inserted = await ctx.db
      .insert(campaign)
      .values({ ...input, id, workspaceId: ctx.workspaceId })
      .onConflictDoNothing()
      .returning({ id: campaign.id });
    if (inserted.length === 0) throw new ConflictError("There is a campaign of this name", { field: "name" });
    await emitEvent(ctx, {
      type: "workspace.campaign_created",
      subject: { type: "workspace", id: ctx.workspaceId },
      data: { campaignId: id },
    });
    return { id };
  });
}

/** The campaign of this name, made if need be with the policy for lists. Names of imported files come here. */
export async function ensureCampaign(ctx: RequestContext, name: string): Promise<string> {
  const [policy] = await ctx.db
    .select({ id: leadSlaPolicy.id })
    .from(leadSlaPolicy)
    .where(and(eq(leadSlaPolicy.workspaceId, ctx.workspaceId), eq(leadSlaPolicy.name, "Event list")));
  const id = newId();
  const values = { id, workspaceId: ctx.workspaceId, name, source: "event" as const, slaPolicyId: policy?.id ?? null };
  await ctx.db.insert(campaign).values(values).onConflictDoNothing();
  const [row] = await ctx.db
    .select({ id: campaign.id })
    .from(campaign)
    .where(and(eq(campaign.workspaceId, ctx.workspaceId), eq(campaign.name, name)));
  return row!.id;
}

export async function requirePolicy(ctx: RequestContext, id: string): Promise<void> {
  const [row] = await ctx.db
    .select({ id: leadSlaPolicy.id })
    .from(leadSlaPolicy)
    .where(and(eq(leadSlaPolicy.workspaceId, ctx.workspaceId), eq(leadSlaPolicy.id, id)));
  if (!row) throw new NotFoundError("SLA policy", id);
}
