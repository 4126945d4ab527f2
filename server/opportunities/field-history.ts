import { and, desc, eq, inArray, sql } from "drizzle-orm";
import { appUser, eventLog, stage } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { getOpportunity } from "./queries.ts";

/** Fields whose every change is worth a line, in the order that it is told. */
const FIELDS = ["stageId", "amountCents", "closeDate", "probability", "forecastCategory", "ownerId"] as const;
export type HistoryField = (typeof FIELDS)[number];

export interface FieldChangeEntry {
  id: string;
  at: Date;
  personName: string | null;
  field: HistoryField;
  before: string | number | null;
  after: string | number | null;
  note: string | null;
}

/** The latest changes of the deal's main fields, newest first, each with before, after, person and note; stages and people by name. */
export async function getFieldHistory(
  ctx: RequestContext,
  { opportunityId }: { opportunityId: string },
): Promise<FieldChangeEntry[]> {
  return withTransaction(ctx, async (ctx) => {
    await getOpportunity(ctx, { opportunityId });
    const events = await ctx.db
      .select({
        id: eventLog.eventId,
        at: eventLog.occurredAt,
        payload: eventLog.payload,
        personName: appUser.name,
      })
      .from(eventLog)
      .leftJoin(
        appUser,
        and(eq(appUser.workspaceId, eventLog.workspaceId), sql`${appUser.id}::text = ${eventLog.actorId}`),
      )
      .where(
        and(
          eq(eventLog.workspaceId, ctx.workspaceId),
          eq(eventLog.subjectType, "opportunity"),
          eq(eventLog.subjectId, opportunityId),
          inArray(eventLog.type, ["opportunity.updated", "opportunity.reassigned", "opportunity.stage_changed"]),
        ),
      )
      .orderBy(desc(eventLog.seq))
      .limit(50);
    const names = await namesOf(ctx);
    return events.flatMap(({ payload, ...event }) =>
      FIELDS.flatMap((field): FieldChangeEntry[] => {
        const change = payload.changes?.[field];
        if (!change) return [];
        const say = (value: unknown): string | number | null =>
          value === null || value === undefined
            ? null
            : typeof value === "number"
              ? value
              : (names.get(String(value)) ?? String(value));
        const note = payload.data?.note ?? payload.data?.reason;
        return [
          {
            ...event,
            field,
            before: say(change[0]),
            after: say(change[1]),
            note: typeof note === "string" ? note : null,
          },
        ];
      }),
    );
  });
}

async function namesOf(ctx: RequestContext): Promise<Map<string, string>> {
  const stages = await ctx.db
    .select({ id: stage.id, name: stage.name })
    .from(stage)
    .where(eq(stage.workspaceId, ctx.workspaceId));
  const people = await ctx.db
    .select({ id: appUser.id, name: appUser.name })
    .from(appUser)
    .where(eq(appUser.workspaceId, ctx.workspaceId));
  return new Map([...stages, ...people].map(({ id, name }) => [id, name]));
}
