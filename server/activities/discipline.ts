import { and, eq, sql } from "drizzle-orm";
import { activityOutcome, OUTCOME_KINDS, type ActivityKind, type OutcomeKind } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { InvalidInputError } from "#server/core/errors.ts";
import { todayOf } from "#server/core/today.ts";
import type { NextStep } from "#server/opportunities/index.ts";
import type { LinkedDeal } from "./links.ts";

const RULE = "activity-discipline";
const WORDS: Record<OutcomeKind, string> = {
  call: "A call",
  email: "An e-mail",
  meeting: "A meeting",
  visit: "A visit",
};

export interface StepInput {
  nextStep?: string | null | undefined;
  nextStepDue?: string | null | undefined;
  /** The future next step that is there already stays. */
  isNextStepConfirmed?: boolean | undefined;
}

export const isDisciplined = (kind: ActivityKind): kind is OutcomeKind =>
  (OUTCOME_KINDS as readonly string[]).includes(kind);

/**
 * A call, mail, meeting or visit on an open opportunity says how it went and what follows, with a date. A closed one waives it.
 * @returns what is to be written to the open opportunities; undefined when what is there stays.
 * @throws InvalidInputError naming the fields, and the next step that could be confirmed
 */
export async function requireDiscipline(
  ctx: RequestContext,
  kind: ActivityKind,
  input: StepInput & { outcome?: string | null | undefined },
  deals: readonly LinkedDeal[],
): Promise<NextStep | undefined> {
  const open = deals.filter(({ stageKind }) => stageKind === "open");
  if (!isDisciplined(kind) || open.length === 0) return undefined;
  const { fields, step } = checkStep(ctx, input, open);
  const outcome = await outcomeProblem(ctx, kind, input.outcome);
  if (outcome) fields.outcome = outcome;
  const problems = Object.values(fields);
  if (problems.length > 0) {
    const message = `${WORDS[kind]} on an open opportunity needs an outcome and a next step with a date. ${problems.join(". ")}.`;
    throw new InvalidInputError(message, fields, RULE);
  }
  return step;
}

function checkStep(
  ctx: RequestContext,
  { nextStep, nextStepDue, isNextStepConfirmed }: StepInput,
  open: readonly LinkedDeal[],
): { fields: Record<string, string>; step?: NextStep } {
  const today = todayOf(ctx);
  if (nextStep && nextStepDue) {
    return nextStepDue >= today
      ? { fields: {}, step: { nextStep, nextStepDue } }
      : { fields: { nextStepDue: "The next step is due today or later" } };
  }
  const isKept = open.every((deal) => hasFutureStep(deal, today));
  if (isNextStepConfirmed && isKept) return { fields: {} };
  if (nextStep) return { fields: { nextStepDue: "The next step needs a date" } };
  if (nextStepDue) return { fields: { nextStep: "Say what the next step is" } };
  const first = open[0]!;
  const offer = isKept
    ? `Confirm "${first.nextStep}" by ${first.nextStepDue}, or enter a new next step`
    : "Enter the next step";
  return { fields: { nextStep: offer } };
}

export const hasFutureStep = (deal: Pick<LinkedDeal, "nextStep" | "nextStepDue">, today: string): boolean =>
  Boolean(deal.nextStep && deal.nextStepDue && deal.nextStepDue >= today);

/** @throws InvalidInputError when the workspace does not know this outcome for such an activity. */
export async function requireOutcome(
  ctx: RequestContext,
  kind: OutcomeKind,
  outcome: string,
): Promise<typeof activityOutcome.$inferSelect> {
  const choices = await listChoices(ctx, kind);
  const choice = choices.find(({ label }) => label.toLowerCase() === outcome.trim().toLowerCase());
  if (choice) return choice;
  throw new InvalidInputError("This is not one of the outcomes", { outcome: `One of: ${names(choices)}` }, RULE);
}

async function outcomeProblem(
  ctx: RequestContext,
  kind: OutcomeKind,
  outcome: string | null | undefined,
): Promise<string | undefined> {
  const choices = await listChoices(ctx, kind);
  const wanted = outcome?.trim().toLowerCase();
  if (wanted && choices.some(({ label }) => label.toLowerCase() === wanted)) return undefined;
  return `Choose the outcome: ${names(choices)}`;
}

const names = (choices: { label: string }[]): string => choices.map(({ label }) => label).join(", ");

const listChoices = (ctx: RequestContext, kind: OutcomeKind) =>
  ctx.db
    .select()
    .from(activityOutcome)
    .where(
      and(
        eq(activityOutcome.workspaceId, ctx.workspaceId),
        eq(activityOutcome.kind, kind),
        sql`${activityOutcome.isActive}`,
      ),
    )
    .orderBy(activityOutcome.position);
