import { randomBytes } from "node:crypto";
import { and, asc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { campaign, lead, webForm } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import type { RequestContext } from "#server/core/context.ts";
import { emitEvent } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { updateVersioned } from "#server/core/versioned.ts";
import { requireCampaign } from "./create-lead.ts";

const FormFields = z.strictObject({
  name: z.string().trim().min(1, "A form needs a name").max(120),
  campaignId: z.uuid().nullish(),
  thanksUrl: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .nullish(),
  hourlyLimit: z.number().int().min(1).max(10_000).optional(),
  isActive: z.boolean().optional(),
});
export const CreateFormInput = FormFields;
export const UpdateFormInput = z.strictObject({
  formId: z.uuid(),
  version: z.number().int().min(1),
  changes: FormFields.partial(),
});

/** Forms of the workspace with how many leads each brought. */
export async function listForms(ctx: RequestContext) {
  requirePermission(ctx, "settings:manage");
  return withTransaction(ctx, (ctx) =>
    ctx.db
      .select({
        id: webForm.id,
        version: webForm.version,
        publicKey: webForm.publicKey,
        name: webForm.name,
        campaignId: webForm.campaignId,
        campaignName: campaign.name,
        thanksUrl: webForm.thanksUrl,
        hourlyLimit: webForm.hourlyLimit,
        isActive: webForm.isActive,
        leadCount: sql<number>`(select count(*) from ${lead} where ${lead.workspaceId} = ${webForm.workspaceId}
          and ${lead.webFormId} = ${webForm.id})`.mapWith(Number),
      })
      .from(webForm)
      .leftJoin(campaign, and(eq(campaign.workspaceId, webForm.workspaceId), eq(campaign.id, webForm.campaignId)))
      .where(eq(webForm.workspaceId, ctx.workspaceId))
      .orderBy(asc(webForm.name), asc(webForm.id))
      .limit(200),
  );
}

/** @returns the key that stands in the form's address. @throws NotFoundError for a campaign that is not there. */
export async function createForm(
  ctx: RequestContext,
  input: z.infer<typeof CreateFormInput>,
): Promise<{ id: string; publicKey: string }> {
  requirePermission(ctx, "settings:manage");
  const id = newId();
  const publicKey = randomBytes(16).toString("base64url");
  return withTransaction(ctx, async (ctx) => {
    if (input.campaignId) await requireCampaign(ctx, input.campaignId);
    await ctx.db.insert(webForm).values({ ...input, id, publicKey, workspaceId: ctx.workspaceId });
    await tell(ctx, "workspace.web_form_created", id);
    return { id, publicKey };
  });
}

/** @throws NotFoundError; StaleWriteError */
export async function updateForm(ctx: RequestContext, input: z.infer<typeof UpdateFormInput>): Promise<void> {
  requirePermission(ctx, "settings:manage");
  const { formId: id, version, changes } = input;
  await withTransaction(ctx, async (ctx) => {
    if (changes.campaignId) await requireCampaign(ctx, changes.campaignId);
    await updateVersioned<typeof webForm.$inferSelect>(ctx, {
      ...{ table: webForm, recordType: "Form", id, version, changes: changes as Partial<typeof webForm.$inferSelect> },
    });
    await tell(ctx, "workspace.web_form_updated", id);
  });
}

const tell = (ctx: RequestContext, type: `workspace.${string}`, formId: string): Promise<void> =>
  emitEvent(ctx, { type, subject: { type: "workspace", id: ctx.workspaceId }, data: { formId } });
