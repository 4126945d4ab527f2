import { and, desc, eq, isNull } from "drizzle-orm";
import { z } from "zod";
import { activity, activityEntry, activityLink, ENTRY_KINDS } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";

export const ListEntriesInput = z.strictObject({ opportunityId: z.uuid(), kind: z.enum(ENTRY_KINDS).optional() });

/** What the customer said about a deal, newest first: objections, feedback, requirements, each with its activity. */
export async function listEntries(ctx: RequestContext, input: z.infer<typeof ListEntriesInput>) {
  requirePermission(ctx, "opportunity:read");
  return withTransaction(ctx, (ctx) =>
    ctx.db
      .select({
        id: activityEntry.id,
        kind: activityEntry.kind,
        text: activityEntry.text,
        activityId: activity.id,
        subject: activity.subject,
        at: activity.occurredAt,
      })
      .from(activityEntry)
      .innerJoin(
        activity,
        and(eq(activity.workspaceId, activityEntry.workspaceId), eq(activity.id, activityEntry.activityId)),
      )
      .innerJoin(
        activityLink,
        and(eq(activityLink.workspaceId, activity.workspaceId), eq(activityLink.activityId, activity.id)),
      )
      .where(
        and(
          eq(activityEntry.workspaceId, ctx.workspaceId),
          eq(activityLink.opportunityId, input.opportunityId),
          isNull(activity.deletedAt),
          input.kind ? eq(activityEntry.kind, input.kind) : undefined,
        ),
      )
      .orderBy(desc(activity.occurredAt), desc(activityEntry.id))
      .limit(100),
  );
}
