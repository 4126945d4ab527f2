import { and, asc, eq, gt, lt, sql } from "drizzle-orm";
import type { Database } from "#db/client.ts";
import { aiAnswer, aiStream, type AnswerState } from "#db/schema/index.ts";
import { requireUser, type RequestContext } from "#server/core/context.ts";
import { withSystemTransaction, withTransaction } from "#server/core/transaction.ts";
import type { AnswerEvent } from "./answer-event.ts";
import type { AskSubject } from "./scope.ts";

const KEPT_MS = 60 * 60_000;

export interface StoredEvent {
  n: number;
  event: AnswerEvent;
}

/** @returns false when this answer is there already (the client asked again after losing its connection); another person's answer is not there for this one. */
export async function createAnswer(
  ctx: RequestContext,
  answer: { id: string; question: string; subject: AskSubject | undefined },
): Promise<boolean> {
  return withTransaction(ctx, async (ctx) => {
    const created = await ctx.db
      .insert(aiAnswer)
      .values({
        workspaceId: ctx.workspaceId,
        id: answer.id,
        userId: requireUser(ctx).userId,
        question: answer.question,
        subjectType: answer.subject?.type ?? null,
        subjectId: answer.subject?.id ?? null,
        createdAt: ctx.now(),
        expiresAt: new Date(ctx.now().getTime() + KEPT_MS),
      })
      .onConflictDoNothing()
      .returning({ id: aiAnswer.id });
    return created.length > 0;
  });
}

export async function appendEvent(
  ctx: RequestContext,
  answerId: string,
  n: number,
  event: AnswerEvent,
  state: AnswerState,
): Promise<void> {
  await withTransaction(ctx, async (ctx) => {
    await ctx.db
      .insert(aiStream)
      .values({ workspaceId: ctx.workspaceId, answerId, n, event: { ...event }, createdAt: ctx.now() });
    if (state !== "running") await ctx.db.update(aiAnswer).set({ state }).where(own(ctx, answerId));
  });
}

/** The events behind `after`, in order, and whether more will come. Undefined when this person has no such answer. */
export async function readEvents(
  ctx: RequestContext,
  answerId: string,
  after: number,
): Promise<{ events: StoredEvent[]; state: AnswerState; quietMs: number } | undefined> {
  return withTransaction(ctx, async (ctx) => {
    const [answer] = await ctx.db.select().from(aiAnswer).where(own(ctx, answerId));
    if (!answer) return undefined;
    const rows = await ctx.db
      .select({ n: aiStream.n, event: aiStream.event, createdAt: aiStream.createdAt })
      .from(aiStream)
      .where(and(eq(aiStream.workspaceId, ctx.workspaceId), eq(aiStream.answerId, answerId), gt(aiStream.n, after)))
      .orderBy(asc(aiStream.n));
    const [last] = await ctx.db
      .select({ at: sql<Date | string | null>`max(${aiStream.createdAt})` })
      .from(aiStream)
      .where(and(eq(aiStream.workspaceId, ctx.workspaceId), eq(aiStream.answerId, answerId)));
    const lastAt = last?.at ? new Date(last.at) : answer.createdAt;
    // Only `appendEvent` writes the column, and only from an `AnswerEvent`.
    const events = rows.map(({ n, event }) => ({ n, event: event as unknown as AnswerEvent }));
    return { events, state: answer.state, quietMs: ctx.now().getTime() - lastAt.getTime() };
  });
}

export async function countRunning(ctx: RequestContext): Promise<number> {
  return withTransaction(ctx, async (ctx) => {
    const recent = new Date(ctx.now().getTime() - 2 * 60_000);
    const rows = await ctx.db
      .select({ id: aiAnswer.id })
      .from(aiAnswer)
      .where(
        and(
          eq(aiAnswer.workspaceId, ctx.workspaceId),
          eq(aiAnswer.userId, requireUser(ctx).userId),
          eq(aiAnswer.state, "running"),
          gt(aiAnswer.createdAt, recent),
        ),
      );
    return rows.length;
  });
}

/** Removes answers past their hour, with their pieces. */
export async function removeExpiredAnswers(db: Database, now: () => Date): Promise<void> {
  await withSystemTransaction(db, (tx) => tx.delete(aiAnswer).where(lt(aiAnswer.expiresAt, now())));
}

const own = (ctx: RequestContext, id: string) =>
  and(eq(aiAnswer.workspaceId, ctx.workspaceId), eq(aiAnswer.userId, requireUser(ctx).userId), eq(aiAnswer.id, id));
