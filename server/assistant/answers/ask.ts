import { z } from "zod";
import { aiRun } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import { PROMPT_VERSION } from "#ai/answer/prompt.ts";
import { requireUser, type RequestContext } from "#server/core/context.ts";
import { DomainError, LimitError, NotFoundError } from "#server/core/errors.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { listVisible, refKey } from "#server/core/visibility.ts";
import type { AnswerEvent } from "./answer-event.ts";
import { appendEvent, countRunning, createAnswer, readEvents, type StoredEvent } from "./answer-store.ts";
import type { AnswerTotals } from "./answer-parts.ts";
import { composeAnswer } from "./compose.ts";
import { readScope, type AskScope } from "./scope.ts";

export const AskInput = z.strictObject({
  /** Chosen by the client, so that asking again after a lost connection finds the same answer. */
  answerId: z.uuid(),
  question: z.string().trim().min(2, "Ask something").max(1_000),
  subject: z.strictObject({ type: z.enum(["account", "contact", "opportunity"]), id: z.uuid() }).optional(),
  /** Set by the transport when it reconnects: "<answer id>.<n>". */
  lastEventId: z
    .string()
    .regex(/^[0-9a-f-]{36}\.\d{1,6}$/)
    .nullish(),
});
export type AskInput = z.infer<typeof AskInput>;

const MOST_RUNNING = 3;
const POLL_MS = 250;
/** An answer that says nothing for this long belonged to a process that is gone. */
const ABANDONED_MS = 120_000;

/** Wakes those who wait for the next piece of an answer that this process is writing. */
const running = new Map<string, Set<() => void>>();

/**
 * Starts an answer, or finds the one under this id. What it returns yields its events, from the one after `lastEventId` on, until it is complete; the answer goes
 * on being written when the listener leaves. @throws NotFoundError for a record that is not there for this user; LimitError with too many questions open.
 */
export async function openAnswer(
  ctx: RequestContext,
  input: AskInput,
  signal: AbortSignal,
): Promise<AsyncGenerator<StoredEvent>> {
  requirePermission(ctx, "assistant:use");
  const after = input.lastEventId?.startsWith(input.answerId) ? Number(input.lastEventId.split(".")[1]) : 0;
  if (!(await readEvents(ctx, input.answerId, after))) await start(ctx, input);
  return follow(ctx, input.answerId, after, signal);
}

async function start(ctx: RequestContext, input: AskInput): Promise<void> {
  const scope = await withTransaction(ctx, (ctx) => readScope(ctx, input.subject));
  if ((await countRunning(ctx)) >= MOST_RUNNING) throw new LimitError("Wait for your other questions to be answered");
  if (!(await createAnswer(ctx, { id: input.answerId, question: input.question, subject: input.subject })))
    throw new NotFoundError("Answer", input.answerId);
  running.set(input.answerId, new Set());
  void write(ctx, input, scope).finally(() => {
    wake(input.answerId);
    running.delete(input.answerId);
  });
}

/** Writes the whole answer, piece by piece, each stored before anyone hears of it. Never throws. */
async function write(ctx: RequestContext, { answerId, question, subject }: AskInput, scope: AskScope): Promise<void> {
  const started = Date.now();
  let n = 0;
  const send = async (event: AnswerEvent): Promise<void> => {
    n += 1;
    await appendEvent(
      ctx,
      answerId,
      n,
      event,
      event.kind === "done" ? "done" : event.kind === "error" ? "failed" : "running",
    );
    wake(answerId);
  };
  try {
    await send({
      kind: "meta",
      answerId,
      question,
      scope: { words: scope.words, subject: subject ?? null },
      startedAt: ctx.now().toISOString(),
    });
    const pieces = composeAnswer(ctx, question, scope, new AbortController().signal);
    let last: AnswerEvent | undefined;
    for (;;) {
      const next = await pieces.next();
      if (next.done) {
        // Whoever hears that the answer is complete finds its run recorded.
        await recordRun(ctx, next.value, started);
        if (last) await send(last);
        return;
      }
      if (next.value.kind === "done") last = next.value;
      else await send(next.value);
    }
  } catch (error) {
    ctx.log.error({ err: error, answerId }, "answering failed");
    const message = error instanceof DomainError ? error.message : "Something went wrong; please ask again";
    await send({ kind: "error", message }).catch((failed: unknown) =>
      ctx.log.error({ err: failed, answerId }, "the failure could not be stored"),
    );
  }
}

async function* follow(
  ctx: RequestContext,
  answerId: string,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<StoredEvent> {
  let cursor = after;
  let isReplay = !running.has(answerId);
  while (!signal.aborted) {
    // Listen first, read then: a piece stored in between wakes us.
    const news = nextNews(answerId, signal);
    const found = await readEvents(ctx, answerId, cursor);
    if (!found) throw new NotFoundError("Answer", answerId);
    if (isReplay && !(await isStillOpen(ctx, found.events))) {
      yield {
        n: cursor + 1,
        event: { kind: "error", message: "A record that this answer quotes is no longer open to you" },
      };
      return;
    }
    isReplay = false;
    for (const stored of found.events) {
      cursor = stored.n;
      yield stored;
    }
    const last = found.events.at(-1)?.event.kind;
    if (last === "done" || last === "error") return;
    if (found.state !== "running" && found.events.length === 0) return;
    if (!running.has(answerId) && found.quietMs > ABANDONED_MS) {
      yield { n: cursor + 1, event: { kind: "error", message: "The answer was interrupted; please ask again" } };
      return;
    }
    await news;
  }
}

/** The second gate for an answer that was stored: everything it shows must still be open. */
async function isStillOpen(ctx: RequestContext, events: readonly StoredEvent[]): Promise<boolean> {
  const refs = events.flatMap(({ event }) =>
    event.kind === "evidence" ? event.found : event.kind === "claim" ? event.evidence : [],
  );
  if (refs.length === 0) return true;
  const visible = await listVisible(
    ctx,
    refs.map(({ type, id }) => ({ type, id })),
  );
  return refs.every((ref) => visible.has(refKey(ref)));
}

/** Resolves at the next piece, after a short while (another process may be writing), or when the listener leaves. */
function nextNews(answerId: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const listeners = running.get(answerId);
    const finish = (): void => {
      clearTimeout(timer);
      listeners?.delete(finish);
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, POLL_MS);
    listeners?.add(finish);
    signal.addEventListener("abort", finish, { once: true });
  });
}

function wake(answerId: string): void {
  for (const listener of running.get(answerId) ?? []) listener();
}

async function recordRun(ctx: RequestContext, totals: AnswerTotals, started: number): Promise<void> {
  const { usage, ...rest } = totals;
  await withTransaction(ctx, (ctx) =>
    ctx.db.insert(aiRun).values({
      ...rest,
      workspaceId: ctx.workspaceId,
      id: newId(),
      userId: requireUser(ctx).userId,
      purpose: "answer",
      promptVersion: PROMPT_VERSION,
      promptTokens: usage?.promptTokens ?? null,
      completionTokens: usage?.completionTokens ?? null,
      durationMs: Date.now() - started,
      createdAt: ctx.now(),
    }),
  );
}
