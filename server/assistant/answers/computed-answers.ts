import { and, asc, eq, isNull, lt, or, sql } from "drizzle-orm";
import { account, appUser, opportunity, stage, task } from "#db/schema/index.ts";
import type { Intent } from "#ai/answer/intents.ts";
import { dealPassage, LINE, taskPassage } from "#ai/records/cards.ts";
import { count, formatMoney } from "#ai/records/format.ts";
import { changes, nextSteps, people, standing } from "#ai/summary/fact-sentences.ts";
import type { DealSummaryFacts, FactSentence } from "#ai/summary/input.ts";
import type { RequestContext } from "#server/core/context.ts";
import { withoutNulls } from "../index-upkeep/load-records.ts";
import { loadSummaryInput } from "../summaries/load-summary-input.ts";
import type { Subject } from "../summaries/subject.ts";

const SHOWN = 5;

/** Answers a question of a known kind from the database, as this user; undefined when it needs a record and none is in hand. For use inside a transaction. */
export async function answerFromFacts(
  ctx: RequestContext,
  intent: Intent,
  subject: Subject | undefined,
): Promise<FactSentence[] | undefined> {
  if (intent === "count-open-deals" || intent === "pipeline-sum") return dealTotals(ctx, subject, "open");
  if (intent === "won-sum") return dealTotals(ctx, subject, "won");
  if (intent === "overdue-tasks") return overdueTasks(ctx, subject);
  if (!subject) return undefined;
  const input = await loadSummaryInput(ctx, subject);
  const open = input.deals.filter(({ stageKind }) => stageKind === "open");
  const deals = subject.type === "opportunity" ? input.deals : open;
  switch (intent) {
    case "what-changed":
      return changes(input).slice(0, 2 * SHOWN);
    case "next-step":
      return nextSteps(input).slice(0, 2 * SHOWN);
    case "decision-maker":
      return deals.map(decisionMaker).slice(0, SHOWN);
    case "contacts":
      return people(input);
    case "close-date":
      return deals
        .slice(0, SHOWN)
        .map((deal) =>
          fieldSentence(
            deal,
            deal.closeDate ? `${deal.name} is expected to close on` : `${deal.name} has no close date`,
            LINE.closeDate(deal),
            deal.closeDate !== undefined,
          ),
        );
    case "stage":
      return deals.slice(0, SHOWN).map((deal) => ({
        text: `${deal.name} is in ${deal.stageName}.`,
        evidence: [{ passage: dealPassage(deal), quote: LINE.stage(deal) }],
      }));
    case "owner":
      return deals.slice(0, SHOWN).map((deal) => ({
        text: `${deal.name} is owned by ${deal.ownerName}.`,
        evidence: [{ passage: dealPassage(deal), quote: `Owner: ${deal.ownerName}` }],
      }));
    case "last-activity":
      return standing(input).filter(({ text }) => /^(?:The last activity|No activity)/.test(text));
  }
}

function decisionMaker(deal: DealSummaryFacts): FactSentence {
  const names = deal.contacts.filter(({ role }) => role === "Decision Maker").map(({ name }) => name);
  const text =
    names.length > 0
      ? `${names.join(" and ")} ${names.length === 1 ? "is the decision maker" : "are the decision makers"} of ${deal.name}.`
      : `${deal.name} has no decision maker.`;
  return { text, evidence: [{ passage: dealPassage(deal), quote: LINE.contacts(deal) }] };
}

function fieldSentence(deal: DealSummaryFacts, words: string, line: string, hasValue: boolean): FactSentence {
  return {
    text: hasValue ? `${words} ${line.slice(line.indexOf(": ") + 2)}.` : `${words}.`,
    evidence: [{ passage: dealPassage(deal), quote: line }],
  };
}

/** Number and sum over all deals this user may open, by currency; the largest five are the evidence. */
async function dealTotals(
  ctx: RequestContext,
  subject: Subject | undefined,
  kind: "open" | "won",
): Promise<FactSentence[]> {
  const filter = and(
    eq(opportunity.workspaceId, ctx.workspaceId),
    eq(opportunity.stageKind, kind),
    isNull(opportunity.deletedAt),
    subject?.type === "account" ? eq(opportunity.accountId, subject.id) : undefined,
    subject?.type === "opportunity"
      ? sql`${opportunity.accountId} = (select o.account_id from opportunity o where o.workspace_id = ${ctx.workspaceId} and o.id = ${subject.id})`
      : undefined,
  );
  const sums = await ctx.db
    .select({
      currency: opportunity.currency,
      deals: sql<number>`count(*)`.mapWith(Number),
      cents: sql<number>`coalesce(sum(${opportunity.amountCents}), 0)`.mapWith(Number),
    })
    .from(opportunity)
    .where(filter)
    .groupBy(opportunity.currency)
    .orderBy(asc(opportunity.currency));
  const largest = await ctx.db
    .select({ deal: opportunity, stageName: stage.name, accountName: account.name, ownerName: appUser.name })
    .from(opportunity)
    .innerJoin(stage, and(eq(stage.workspaceId, opportunity.workspaceId), eq(stage.id, opportunity.stageId)))
    .innerJoin(appUser, and(eq(appUser.workspaceId, opportunity.workspaceId), eq(appUser.id, opportunity.ownerId)))
    .leftJoin(account, and(eq(account.workspaceId, opportunity.workspaceId), eq(account.id, opportunity.accountId)))
    .where(filter)
    .orderBy(sql`${opportunity.amountCents} desc nulls last`, asc(opportunity.id))
    .limit(SHOWN);
  const total = sums.reduce((n, { deals }) => n + deals, 0);
  if (total === 0) return [];
  const worth = sums
    .filter(({ cents }) => cents > 0)
    .map(({ cents, currency }) => formatMoney(cents, currency))
    .join(" and ");
  const evidence = largest.map(({ deal, ...names }) => {
    const facts: DealSummaryFacts = { ...withoutNulls(deal), ...withoutNulls(names), contacts: [] };
    return { passage: dealPassage(facts), quote: LINE.amount(facts) };
  });
  const named =
    kind === "open"
      ? count(total, "open opportunity", "open opportunities")
      : count(total, "won opportunity", "won opportunities");
  const more = total > largest.length ? ` The largest ${largest.length} are shown as evidence.` : "";
  return [{ text: `You see ${named}${worth ? ` worth ${worth}` : ""}.${more}`, evidence }];
}

async function overdueTasks(ctx: RequestContext, subject: Subject | undefined): Promise<FactSentence[]> {
  const today = ctx.now().toISOString().slice(0, 10);
  const mine = ctx.actor.kind === "user" ? eq(task.ownerId, ctx.actor.userId) : undefined;
  const of = subject && or(eq(task.accountId, subject.id), eq(task.opportunityId, subject.id));
  const rows = await ctx.db
    .select({ task, ownerName: appUser.name })
    .from(task)
    .innerJoin(appUser, and(eq(appUser.workspaceId, task.workspaceId), eq(appUser.id, task.ownerId)))
    .where(
      and(
        eq(task.workspaceId, ctx.workspaceId),
        isNull(task.deletedAt),
        isNull(task.doneAt),
        lt(task.dueOn, today),
        of ?? mine,
      ),
    )
    .orderBy(asc(task.dueOn), asc(task.id))
    .limit(2 * SHOWN);
  return rows.map(({ task: row, ownerName }) => {
    const facts = { ...withoutNulls(row), ownerName };
    const [title = "", due = ""] = taskPassage(facts).body.split("\n");
    return {
      text: `${row.title}, ${due.replace("Due: ", "due ")} (${ownerName}).`,
      evidence: [title, due].map((quote) => ({ passage: taskPassage(facts), quote })),
    };
  });
}
