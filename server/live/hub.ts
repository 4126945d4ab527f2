import { asc, gt, sql } from "drizzle-orm";
import type { Database } from "#db/client.ts";
import { eventLog } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { startWokenLoop } from "#server/core/sequencer.ts";
import { withSystemTransaction } from "#server/core/transaction.ts";
import { listVisible, refKey } from "#server/core/visibility.ts";

/** What a browser learns of a change: which record, what happened, who did it. Contents are fetched under the reader's rights. */
export interface ChangeStub {
  seq: number;
  type: string;
  subject: { type: string; id: string };
  /** Records beside the subject whose screens show it, such as an activity's opportunity. */
  related: { type: string; id: string }[];
  actorId: string;
  occurredAt: string;
}
/** Inside the process also: whose it is, and which sessions a sign-out ended. */
export type LoggedStub = ChangeStub & { workspaceId: string; sessionIdHashes?: string[] };

/** Kept in memory for listeners that lag or come back; older gaps are filled by a full refetch. */
const MEMORY = 5_000;

/** Follows the log in memory, once per process, for all open browsers. */
export interface LiveHub {
  /**
   * Yields batches after `afterSeq`, an empty one first, so that the listener knows where it stands; `"reset"` when the gap cannot
   * be filled and everything must be refetched.
   */
  follow(
    ctx: RequestContext,
    afterSeq: number | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<ChangeStub[] | "reset">;
  /** The last event that listeners were told of. */
  position(): number;
  /** Called with every new event of all workspaces, for followers inside the process (room rights, caches). */
  onEvents(listener: (events: LoggedStub[]) => void): () => void;
  stop(): Promise<void>;
}

export async function startLiveHub(db: Database, pollMs: number): Promise<LiveHub> {
  const recent: LoggedStub[] = [];
  const waiting = new Set<() => void>();
  const listeners = new Set<(events: LoggedStub[]) => void>();
  let seq = await withSystemTransaction(db, async (tx) => {
    const [last] = await tx.execute<{ seq: string }>(sql`select coalesce(max(seq), 0) as seq from ${eventLog}`);
    return Number(last?.seq ?? 0);
  });
  let oldestKept = seq;

  const loop = startWokenLoop("log", pollMs, async () => {
    for (;;) {
      const rows = await withSystemTransaction(db, (tx) =>
        tx.select().from(eventLog).where(gt(eventLog.seq, seq)).orderBy(asc(eventLog.seq)).limit(1000),
      );
      if (rows.length === 0) return;
      const fresh = rows.map(toStub);
      recent.push(...fresh);
      if (recent.length > MEMORY) oldestKept = recent.splice(0, recent.length - MEMORY).at(-1)!.seq;
      seq = fresh.at(-1)!.seq;
      for (const listener of listeners) listener(fresh);
      for (const wake of waiting) wake();
    }
  });

  return {
    async *follow(ctx, afterSeq, signal) {
      let cursor = afterSeq ?? seq;
      if (cursor < oldestKept || cursor > seq) {
        cursor = seq;
        yield "reset";
      } else yield [];
      while (!signal.aborted) {
        const news = recent.filter((stub) => stub.seq > cursor && stub.workspaceId === ctx.workspaceId);
        cursor = seq;
        const allowed = news.length > 0 ? await keepVisible(ctx, news).catch(() => "reset" as const) : [];
        if (allowed.length > 0) yield allowed;
        if (cursor === seq) await nextWake(waiting, signal);
      }
    },
    position: () => seq,
    onEvents(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: () => loop.stop(),
  };
}

async function keepVisible(ctx: RequestContext, stubs: LoggedStub[]): Promise<ChangeStub[]> {
  const visible = await listVisible(
    ctx,
    stubs.flatMap((stub) => [stub.subject, ...stub.related]),
    { includeDeleted: true },
  );
  return stubs
    .filter((stub) => visible.has(refKey(stub.subject)))
    .map(({ workspaceId: _workspaceId, sessionIdHashes: _hashes, ...stub }) => ({
      ...stub,
      related: stub.related.filter((ref) => visible.has(refKey(ref))),
    }));
}

function nextWake(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      waiting.delete(wake);
      signal.removeEventListener("abort", wake);
      resolve();
    };
    waiting.add(wake);
    signal.addEventListener("abort", wake);
  });
}

const RELATED_KEYS = {
  accountId: "account",
  contactId: "contact",
  opportunityId: "opportunity",
  leadId: "lead",
  roomId: "room",
  opportunityIds: "opportunity",
  userId: "user",
} as const;

function toStub(row: typeof eventLog.$inferSelect): LoggedStub {
  const data = row.payload.data ?? {};
  const related = Object.entries(RELATED_KEYS).flatMap(([key, type]) => {
    const value = data[key];
    return (Array.isArray(value) ? value : [value])
      .filter((id) => typeof id === "string")
      .map((id: string) => ({ type, id }));
  });
  return {
    workspaceId: row.workspaceId,
    seq: row.seq,
    type: row.type,
    subject: { type: row.subjectType, id: row.subjectId },
    related,
    actorId: row.actorId,
    occurredAt: row.occurredAt.toISOString(),
    ...(row.type === "user.signed_out" ? { sessionIdHashes: data.sessionIdHashes as string[] } : {}),
  };
}
