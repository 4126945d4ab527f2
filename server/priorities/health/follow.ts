import { sql } from "drizzle-orm";
import type { Database } from "#db/client.ts";
import { activityLink } from "#db/schema/index.ts";
import type { Consumer, LoggedEvent } from "#server/core/consumers.ts";
import type { RequestContext } from "#server/core/context.ts";
import { withSystemTransaction, withTransaction } from "#server/core/transaction.ts";
import { and, eq, inArray, isNotNull } from "drizzle-orm";
import { HEALTH_BATCH, keepHealth, listStale } from "./keep-health.ts";

/** What this follower itself tells, and what changes nothing about a deal's health. */
const IGNORED = ["opportunity.health_changed", "opportunity.shared"];

/** Looks at a deal again after everything that happens to it, its activities, tasks and people. */
export const healthConsumer: Consumer = {
  name: "priorities.health",
  wants: (type) => /^(opportunity|activity|task)\./.test(type) && !IGNORED.includes(type),
  async handle(ctx, events) {
    const ids = await dealsOf(ctx, events);
    for (let start = 0; start < ids.length; start += HEALTH_BATCH)
      await keepHealth(ctx, ids.slice(start, start + HEALTH_BATCH));
  },
};

async function dealsOf(ctx: RequestContext, events: readonly LoggedEvent[]): Promise<string[]> {
  const named = events.flatMap(({ subjectType, subjectId, payload }) => {
    const { opportunityId, opportunityIds } = payload.data ?? {};
    const all = [subjectType === "opportunity" ? subjectId : null, opportunityId, opportunityIds].flat();
    return all.filter((id): id is string => typeof id === "string");
  });
  const activities = events.filter(({ subjectType }) => subjectType === "activity").map(({ subjectId }) => subjectId);
  const linked =
    activities.length === 0
      ? []
      : await ctx.db
          .selectDistinct({ id: activityLink.opportunityId })
          .from(activityLink)
          .where(
            and(
              eq(activityLink.workspaceId, ctx.workspaceId),
              inArray(activityLink.activityId, activities),
              isNotNull(activityLink.opportunityId),
            ),
          );
  return [...new Set([...named, ...linked.map(({ id }) => id!)])];
}

/**
 * Looks at every open deal once a day, and after new weights were published: time passes without an event. Takes up where
 * it stopped. @returns how many deals it looked at
 */
export async function keepAllHealth(
  db: Database,
  contextFor: (workspaceId: string) => RequestContext,
  isStopping: () => boolean = () => false,
): Promise<number> {
  const workspaces = await withSystemTransaction(db, (tx) =>
    tx.execute<{ id: string }>(sql`select id from workspace order by id`),
  );
  let seen = 0;
  for (const { id } of workspaces) {
    for (;;) {
      if (isStopping()) return seen;
      const count = await withTransaction(contextFor(id), async (ctx) => {
        const stale = await listStale(ctx);
        await keepHealth(ctx, stale);
        return stale.length;
      });
      seen += count;
      if (count < HEALTH_BATCH) break;
    }
  }
  return seen;
}
