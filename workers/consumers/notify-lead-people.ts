import { and, eq } from "drizzle-orm";
import { appUser, lead } from "#db/schema/index.ts";
import { managersAbove } from "#server/coaching/index.ts";
import type { Consumer, LoggedEvent } from "#server/core/consumers.ts";
import type { RequestContext } from "#server/core/context.ts";
import { notify, type NewNotification } from "#server/notifications/index.ts";

type Audience = "owner" | "manager" | "new_owner";

/** Who is told what, by type of event. */
const RULES: Record<string, { to: Audience[]; title(data: Record<string, unknown>): string }> = {
  "lead.created": { to: ["owner"], title: () => "A new lead is yours" },
  "lead.assigned": { to: ["owner"], title: ({ reason }) => `A lead was given to you: ${String(reason)}` },
  "lead.flagged": { to: ["owner"], title: ({ reason }) => `Immediate attention: ${String(reason)}` },
  "lead.hot": { to: ["owner", "manager"], title: ({ reason }) => `Hot lead: ${String(reason)}` },
  "lead.sla_breached": { to: ["owner", "manager"], title: () => "A lead was not touched in time" },
  "lead.nurture_returned": { to: ["owner"], title: () => "A lead is back from nurture" },
  "lead.converted": { to: ["new_owner"], title: () => "A converted lead was handed over to you" },
};

/** Notifications about leads to their owners and those above; nobody is told of an own act. */
export const notifyLeadPeople: Consumer = {
  name: "lead-notifications",
  wants: (type) => type in RULES,
  async handle(ctx, events) {
    for (const event of events) await notify(ctx, await newsOf(ctx, event));
  },
};

async function newsOf(ctx: RequestContext, event: LoggedEvent): Promise<NewNotification[]> {
  const data = event.payload.data ?? {};
  // Hundreds of leads of one file are seen in the list; a note of each would drown the rest.
  if (event.type === "lead.created" && data.importRunId) return [];
  const [row] = await ctx.db
    .select({ ownerId: lead.ownerId, firstName: lead.firstName, lastName: lead.lastName, company: lead.company })
    .from(lead)
    .where(and(eq(lead.workspaceId, ctx.workspaceId), eq(lead.id, event.subjectId)));
  if (!row) return [];
  const rule = RULES[event.type]!;
  const userIds = new Set<string>();
  for (const audience of rule.to) for (const id of await audienceOf(ctx, audience, row.ownerId, data)) userIds.add(id);
  return [...userIds]
    .filter((userId) => userId !== event.actorId)
    .map((userId) => ({
      userId,
      kind: event.type,
      title: rule.title(data).slice(0, 300),
      body: [`${row.firstName} ${row.lastName}`.trim(), row.company].filter(Boolean).join(", ").slice(0, 300),
      href:
        event.type === "lead.converted"
          ? `/apps/crm/opportunities/${String(data.opportunityId)}`
          : `/apps/crm/leads/${event.subjectId}`,
      sourceEventId: event.eventId,
    }));
}

/** A lead in the pool concerns every manager. */
async function audienceOf(
  ctx: RequestContext,
  audience: Audience,
  ownerId: string | null,
  data: Record<string, unknown>,
): Promise<string[]> {
  if (audience === "new_owner") return data.isHandover && typeof data.newOwnerId === "string" ? [data.newOwnerId] : [];
  if (audience === "owner") return ownerId ? [ownerId] : [];
  if (ownerId) return (await managersAbove(ctx, ownerId)).slice(0, 1);
  const managers = await ctx.db
    .select({ id: appUser.id })
    .from(appUser)
    .where(and(eq(appUser.workspaceId, ctx.workspaceId), eq(appUser.role, "manager"), eq(appUser.status, "active")));
  return managers.map(({ id }) => id);
}
