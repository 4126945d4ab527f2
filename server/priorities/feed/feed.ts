import { sql, type SQL } from "drizzle-orm";
import { z } from "zod";
import { requireUser, type RequestContext } from "#server/core/context.ts";
import { InvalidInputError } from "#server/core/errors.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { todayOf } from "#server/core/today.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { describeCard, type CardRow } from "./describe.ts";
import { CARD_TYPES, cardSources, type CardType, type Scope } from "./sources.ts";

const scope = z.enum(["mine", "team"]).default("mine");
export const FeedInput = z.strictObject({
  scope,
  type: z.enum(CARD_TYPES).optional(),
  ownerId: z.uuid().optional(),
  /** Only what is late or due today. */
  isUrgent: z.boolean().optional(),
  cursor: z.string().max(500).nullish(),
  direction: z.literal("forward").optional(),
  limit: z.number().int().min(1).max(50).default(25),
});
export const FeedCountsInput = z.strictObject({ scope });

/** At most so many factors and quotations of each stand on a card; the record has them all. */
const MOST = { factors: 4, evidence: 2, characters: 240 } as const;

/**
 * One page of the stream: late first, then today, then at risk, then to be put in order; within that by date, then amount,
 * then type and id, so that equal data give equal order. Cards that this person put off or away are left out.
 */
export async function getFeed(ctx: RequestContext, input: z.infer<typeof FeedInput>) {
  requirePermission(ctx, "opportunity:read");
  const after = input.cursor ? afterCursor(input.cursor) : sql`true`;
  return withTransaction(ctx, async (ctx) => {
    const rows = await ctx.db.execute<CardRow>(sql`
      with cards as (${allCards(ctx, input.scope, input.type)})
      select c.type, c.id, c.band, c.due::text as due, c.amount, c.owner_id, c.cause, c.facts, u.name as owner_name
      from cards c left join app_user u on u.workspace_id = ${ctx.workspaceId} and u.id = c.owner_id
      where ${isShown(ctx)} and ${after}
        and ${input.ownerId ? sql`c.owner_id = ${input.ownerId}` : sql`true`}
        and ${input.isUrgent ? sql`c.band <= 1` : sql`true`}
      order by c.band, coalesce(c.due, date '9999-12-31'), -c.amount, c.type, c.id limit ${input.limit + 1}`);
    const kept = [...rows].slice(0, input.limit);
    const last = kept.at(-1);
    return { cards: kept.map(toCard), nextCursor: rows.length > input.limit && last ? cursorOf(last) : null };
  });
}

/** How many cards of each type wait, and how many of them are late or due today. */
export async function countFeed(ctx: RequestContext, input: z.infer<typeof FeedCountsInput>) {
  requirePermission(ctx, "opportunity:read");
  return withTransaction(ctx, async (ctx) => {
    const rows = await ctx.db.execute<{ type: string; count: string; urgent: string }>(sql`
      with cards as (${allCards(ctx, input.scope)})
      select c.type, count(*) as count, count(*) filter (where c.band <= 1) as urgent from cards c where ${isShown(ctx)} group by c.type`);
    const of = (type: string) => [...rows].find((row) => row.type === type);
    return CARD_TYPES.map((type) => ({
      type,
      count: Number(of(type)?.count ?? 0),
      urgent: Number(of(type)?.urgent ?? 0),
    }));
  });
}

function allCards(ctx: RequestContext, scope: Scope, only?: CardType): SQL {
  const sources = cardSources(ctx, scope);
  return only ? sources[only] : sql.join(Object.values(sources), sql` union all `);
}

/** A snooze holds until its day; a dismissal holds while the card rests on the same cause. */
function isShown(ctx: RequestContext): SQL {
  return sql`not exists (select 1 from priority_decision d where d.workspace_id = ${ctx.workspaceId}
    and d.user_id = ${requireUser(ctx).userId} and d.card_key = c.type || ':' || c.id and d.undone_at is null
    and (d.kind = 'snooze' and d.until > ${todayOf(ctx)}::date or d.kind = 'dismiss' and d.cause = coalesce(c.cause, '')))`;
}

/** What a card rests on, also when it was put away; undefined when there is no such card for this person. */
export async function findCause(ctx: RequestContext, type: CardType, id: string): Promise<string | undefined> {
  for (const scope of ["mine", "team"] as const) {
    const [row] = await ctx.db.execute<{ cause: string }>(
      sql`with cards as (${allCards(ctx, scope, type)}) select coalesce(c.cause, '') as cause from cards c where c.id = ${id}`,
    );
    if (row) return row.cause;
  }
  return undefined;
}

function toCard(row: CardRow) {
  const { type, id, band, due, amount, owner_id: ownerId, owner_name: ownerName, facts } = row;
  const { title, recordName, opportunityId, leadId, kind, startsAt, place, requestKind, slots, score, isAtRisk } =
    facts;
  const { nextStep, nextStepDue, version, stageName } = facts;
  const factors = (facts.factors ?? []).slice(0, MOST.factors).map((factor) => ({
    ...factor,
    evidence: factor.evidence
      .slice(0, MOST.evidence)
      .map((one) => ({ ...one, quote: one.quote.slice(0, MOST.characters) })),
  }));
  return {
    ...{
      type,
      id,
      band,
      due,
      ownerId,
      ownerName,
      title,
      recordName,
      opportunityId,
      leadId,
      amountCents: Number(amount),
    },
    ...describeCard(row),
    ...{
      factors,
      kind,
      startsAt,
      place,
      requestKind,
      slots,
      score,
      isAtRisk,
      nextStep,
      nextStepDue,
      version,
      stageName,
    },
  };
}

const Cursor = z.tuple([z.number().int(), z.iso.date(), z.number().int(), z.enum(CARD_TYPES), z.uuid()]);

const cursorOf = ({ band, due, amount, type, id }: CardRow): string =>
  Buffer.from(JSON.stringify([band, due ?? "9999-12-31", -Number(amount), type, id])).toString("base64url");

function afterCursor(cursor: string): SQL {
  try {
    const [band, due, amount, type, id] = Cursor.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
    return sql`(c.band, coalesce(c.due, date '9999-12-31'), -c.amount, c.type, c.id)
      > (${band}::int, ${due}::date, ${amount}::bigint, ${type}::text, ${id}::uuid)`;
  } catch {
    throw new InvalidInputError("This page of the list is not known; start at the top", { cursor: "malformed" });
  }
}
