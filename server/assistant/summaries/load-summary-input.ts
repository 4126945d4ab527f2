import { and, eq } from "drizzle-orm";
import { aiVisit } from "#db/schema/index.ts";
import { sinceOf } from "#ai/summary/fact-sentences.ts";
import type { SummaryInput } from "#ai/summary/input.ts";
import { requireUser, type RequestContext } from "#server/core/context.ts";
import { loadChanges } from "./load-changes.ts";
import { loadAccountFacts, loadDealFacts, loadLastActivity, loadOpenTasks, loadPeople } from "./load-facts.ts";
import { loadTexts } from "./load-texts.ts";
import type { Subject } from "./subject.ts";

/** Everything this user may know about an account or a deal, read in one transaction. @throws NotFoundError */
export async function loadSummaryInput(ctx: RequestContext, subject: Subject): Promise<SummaryInput> {
  const account = subject.type === "account" ? await loadAccountFacts(ctx, subject.id) : undefined;
  const deals = await loadDealFacts(ctx, subject);
  const dealIds = deals.map(({ id }) => id);
  const people = await loadPeople(ctx, account?.id, dealIds);
  const now = ctx.now();
  const lastVisitAt = await loadLastVisit(ctx, subject);
  const since = sinceOf({ now, lastVisitAt });
  const records = [
    ...(account ? [{ type: "account", id: account.id, label: account.name }] : []),
    ...deals.map(({ id, name }) => ({ type: "opportunity", id, label: name })),
    ...people.map(({ id, name }) => ({ type: "contact", id, label: name })),
  ];
  return {
    now,
    lastVisitAt,
    account,
    deals,
    people,
    openTasks: await loadOpenTasks(ctx, account?.id, dealIds),
    changes: await loadChanges(ctx, records, since, deals[0]?.currency ?? account?.currency ?? "USD"),
    lastActivity: await loadLastActivity(ctx, subject),
    texts: await loadTexts(ctx, subject.id),
  };
}

/** The visit before the present one; a visit lasts until the record was left alone for half an hour (`recordVisit`). */
async function loadLastVisit(ctx: RequestContext, subject: Subject): Promise<Date | undefined> {
  const [row] = await ctx.db
    .select({ previousAt: aiVisit.previousAt })
    .from(aiVisit)
    .where(
      and(
        eq(aiVisit.workspaceId, ctx.workspaceId),
        eq(aiVisit.userId, requireUser(ctx).userId),
        eq(aiVisit.subjectType, subject.type),
        eq(aiVisit.subjectId, subject.id),
      ),
    );
  return row?.previousAt ?? undefined;
}
