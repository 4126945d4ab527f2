import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { campaign, LEAD_SOURCES } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import { requireOwnTeam } from "#server/accounts/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { NotFoundError } from "#server/core/errors.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { admitLeads } from "./admit-leads.ts";

const text = (max: number) => z.string().trim().max(max);
export const LeadFields = z.strictObject({
  firstName: text(100).default(""),
  lastName: text(100).min(1, "A lead needs a last name"),
  company: text(200).default(""),
  title: text(150).nullish(),
  email: z.email("This is no e-mail address").max(254).nullish(),
  phone: text(50).nullish(),
  website: text(253).nullish(),
  country: text(100).nullish(),
  industry: text(100).nullish(),
  employees: z.number().int().min(0).max(100_000_000).nullish(),
  description: text(20_000).nullish(),
  custom: z
    .record(text(60).min(1), text(2000))
    .refine((fields) => Object.keys(fields).length <= 50, "At most 50 further fields")
    .optional(),
  source: z.enum(LEAD_SOURCES),
  campaignId: z.uuid().nullish(),
});
/** Without an owner the rules choose one. */
export const CreateLeadInput = LeadFields.extend({ ownerId: z.uuid().nullish() });

/** @throws NotFoundError for a campaign that is not there; ForbiddenError for an owner outside the caller's team. */
export async function createLead(ctx: RequestContext, input: z.infer<typeof CreateLeadInput>): Promise<{ id: string }> {
  requirePermission(ctx, "lead:write");
  requireOwnTeam(ctx, input.ownerId);
  const id = newId();
  return withTransaction(ctx, async (ctx) => {
    if (input.campaignId) await requireCampaign(ctx, input.campaignId);
    await admitLeads(ctx, [{ ...input, id }]);
    return { id };
  });
}

export async function requireCampaign(ctx: RequestContext, id: string): Promise<void> {
  const [row] = await ctx.db
    .select({ id: campaign.id })
    .from(campaign)
    .where(and(eq(campaign.workspaceId, ctx.workspaceId), eq(campaign.id, id)));
  if (!row) throw new NotFoundError("Campaign", id);
}
