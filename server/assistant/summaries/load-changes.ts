import { and, desc, eq, gt, inArray, sql } from "drizzle-orm";
import { appUser, contact, eventLog, stage } from "#db/schema/index.ts";
import type { ChangeFacts } from "#ai/summary/input.ts";
import type { RequestContext } from "#server/core/context.ts";
import { describeChange, type ChangeNames } from "./describe-change.ts";

const MOST_EVENTS = 60;

/** What the log says happened to these records since `since`, newest first, in words. For use inside a transaction. */
export async function loadChanges(
  ctx: RequestContext,
  records: readonly { type: string; id: string; label: string }[],
  since: Date,
  currency: string,
): Promise<ChangeFacts[]> {
  if (records.length === 0) return [];
  const labelOf = new Map(records.map(({ id, label }) => [id, label]));
  const rows = await ctx.db
    .select({
      type: eventLog.type,
      subjectType: eventLog.subjectType,
      subjectId: eventLog.subjectId,
      payload: eventLog.payload,
      at: eventLog.occurredAt,
      actorId: eventLog.actorId,
    })
    .from(eventLog)
    .where(
      and(
        eq(eventLog.workspaceId, ctx.workspaceId),
        inArray(eventLog.subjectId, [...labelOf.keys()]),
        gt(eventLog.occurredAt, since),
      ),
    )
    .orderBy(desc(eventLog.seq))
    .limit(MOST_EVENTS);
  if (rows.length === 0) return [];
  const names = await loadNames(
    ctx,
    rows.flatMap(({ payload }) => (typeof payload.data?.contactId === "string" ? [payload.data.contactId] : [])),
    currency,
  );
  return rows.flatMap(({ type, subjectType, subjectId, payload, at, actorId }) =>
    describeChange({ type, changes: payload.changes ?? {}, data: payload.data ?? {} }, names).map((text) => ({
      record: { type: subjectType, id: subjectId },
      label: labelOf.get(subjectId) ?? "",
      text,
      actorName: names.user(actorId) ?? "Ringside",
      at,
    })),
  );
}

async function loadNames(ctx: RequestContext, contactIds: string[], currency: string): Promise<ChangeNames> {
  const stages = await ctx.db
    .select({ id: stage.id, name: stage.name })
    .from(stage)
    .where(eq(stage.workspaceId, ctx.workspaceId));
  const users = await ctx.db
    .select({ id: appUser.id, name: appUser.name })
    .from(appUser)
    .where(eq(appUser.workspaceId, ctx.workspaceId));
  const contacts =
    contactIds.length === 0
      ? []
      : await ctx.db
          .select({ id: contact.id, name: sql<string>`trim(${contact.firstName} || ' ' || ${contact.lastName})` })
          .from(contact)
          .where(and(eq(contact.workspaceId, ctx.workspaceId), inArray(contact.id, contactIds)));
  const lookUp = (rows: readonly { id: string; name: string }[]) => {
    const byId = new Map(rows.map(({ id, name }) => [id, name]));
    return (id: string) => byId.get(id);
  };
  return { stage: lookUp(stages), user: lookUp(users), contact: lookUp(contacts), currency };
}
