import { sql } from "drizzle-orm";
import type { Database } from "#db/client.ts";
import { inBackground } from "./background-lane.ts";
import { wakeFollowersAfterCommit, type EmittedFlag } from "./signal.ts";
import type { RequestContext } from "./context.ts";

interface OpenTransaction {
  emitted: EmittedFlag;
}

const openTransactions = new WeakMap<object, OpenTransaction>();

/**
 * Opens the only kind of transaction there is for a workspace's data: it switches to the role without bypass rights and
 * sets whose workspace and whose records it may touch. Nested calls are savepoints of the outer one.
 */
export async function withTransaction<T>(ctx: RequestContext, work: (ctx: RequestContext) => Promise<T>): Promise<T> {
  const outer = openTransactions.get(ctx.db);
  if (outer) {
    return ctx.db.transaction((tx) => {
      openTransactions.set(tx, outer);
      return work({ ...ctx, db: tx as unknown as Database });
    });
  }
  const emitted: EmittedFlag = { value: false };
  const run = () =>
    ctx.db.transaction(async (tx) => {
      openTransactions.set(tx, { emitted });
      await tx.execute(tenantSettings(ctx));
      return work({ ...ctx, db: tx as unknown as Database });
    });
  const result = await (ctx.actor.kind === "job" ? inBackground(ctx.db, run) : run());
  wakeFollowersAfterCommit(emitted);
  return result;
}

/**
 * For what must be decided over all records of the workspace whoever asks, such as whose turn it is: one savepoint with a job's
 * sight, for the same actor. Never for what is told to the caller.
 */
export async function withWholeWorkspace<T>(
  ctx: RequestContext,
  work: (ctx: RequestContext) => Promise<T>,
): Promise<T> {
  return withTransaction(ctx, async (ctx) => {
    await ctx.db.execute(sql`select set_config('app.sees_all', 'on', true)`);
    const actor = ctx.actor.kind === "user" ? { ...ctx.actor, seesAll: true } : ctx.actor;
    const result = await work({ ...ctx, actor });
    await ctx.db.execute(tenantSettings(ctx));
    return result;
  });
}

function tenantSettings({ workspaceId, actor }: RequestContext) {
  const seesAll = actor.kind === "job" || actor.seesAll ? "on" : "off";
  const userId = actor.kind === "user" ? actor.userId : "";
  const ownerIds = actor.kind === "user" ? `{${actor.ownerIds.join(",")}}` : "{}";
  return sql`select set_config('role', 'ringside_app', true), set_config('app.workspace_id', ${workspaceId}, true),
    set_config('app.user_id', ${userId}, true), set_config('app.sees_all', ${seesAll}, true),
    set_config('app.owner_ids', ${ownerIds}, true), set_config('app.role', ${actor.kind === "user" ? actor.role : ""}, true)`;
}

/**
 * Inside a system transaction: one savepoint in which `ctx` is its workspace's job, with a tenant's rights and no more.
 * The role is the system's again afterwards.
 */
export async function asTenant<T>(ctx: RequestContext, work: (ctx: RequestContext) => Promise<T>): Promise<T> {
  const emitted: EmittedFlag = { value: false };
  const result = await ctx.db.transaction(async (tx) => {
    openTransactions.set(tx, { emitted });
    await tx.execute(tenantSettings(ctx));
    const result = await work({ ...ctx, db: tx as unknown as Database });
    await tx.execute(sql`select set_config('role', 'ringside_system', true)`);
    return result;
  });
  wakeFollowersAfterCommit(emitted);
  return result;
}

/** Remembers that this transaction wrote news, so that followers are woken once it has committed. */
export function markEmitted(db: Database): void {
  const open = openTransactions.get(db);
  if (!open) throw new Error("An event may only be emitted inside withTransaction");
  open.emitted.value = true;
}

/** Across workspaces: sign-in, the sequencer, clocks. Never for anything a request's input chooses. */
export function withSystemTransaction<T>(db: Database, work: (db: Database) => Promise<T>): Promise<T> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`select set_config('role', 'ringside_system', true)`);
    return work(tx as unknown as Database);
  });
}
