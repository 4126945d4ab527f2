import { randomUUID } from "node:crypto";
import { and, eq } from "drizzle-orm";
import type { Database } from "#db/client.ts";
import { newId } from "#db/schema/columns.ts";
import { appUser, opportunity, team } from "#db/schema/index.ts";
import { createAccount } from "#server/accounts/index.ts";
import { createAuth } from "#server/auth/sign-in.ts";
import { loadActor } from "#server/auth/load-actor.ts";
import type { RequestContext } from "#server/core/context.ts";
import { log } from "#server/core/log.ts";
import type { Role } from "#server/core/permissions.ts";
import { sequenceEvents } from "#server/core/sequencer.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { createOpportunity } from "#server/opportunities/index.ts";
import { createCaller, type Caller } from "#server/trpc/router.ts";
import { createWorkspace } from "#server/workspaces/index.ts";

/** A workspace as the sales teams of this world are: director over managers over reps. Its clock is set by `setNow`. */
export interface TestWorkspace {
  db: Database;
  workspaceId: string;
  job: RequestContext;
  ids: Record<"admin" | "director" | "manager" | "rep" | "peer" | "otherManager" | "otherRep", string>;
  setNow(now: string): void;
  ctx(who: keyof TestWorkspace["ids"]): Promise<RequestContext>;
  caller(who: keyof TestWorkspace["ids"]): Promise<Caller>;
  /** Moves what was emitted into the log. */
  settle(): Promise<void>;
}

export async function createTestWorkspace(db: Database): Promise<TestWorkspace> {
  let clock: Date | undefined;
  const now = (): Date => clock ?? new Date();
  const { ctx: job, adminId } = await createWorkspace(db, {
    name: `Test ${randomUUID()}`,
    admin: { name: "Ada Admin", email: `admin-${randomUUID()}@test.example`, passwordHash: "none" },
    now,
  });
  const { workspaceId } = job;
  const people: [keyof TestWorkspace["ids"], string, Role, number][] = [
    ["director", "Dora Director", "manager", 0],
    ["manager", "Mona Manager", "manager", 1],
    ["rep", "Rolf Rep", "rep", 1],
    ["peer", "Petra Peer", "rep", 1],
    ["otherManager", "Otto Othermanager", "manager", 2],
    ["otherRep", "Olga Otherrep", "rep", 2],
  ];
  const teams = [newId(), newId(), newId()];
  const ids = { admin: adminId } as TestWorkspace["ids"];
  await withTransaction(job, async (ctx) => {
    await ctx.db.insert(team).values(
      teams.map((id, index) => ({
        workspaceId,
        id,
        name: `Team ${index}`,
        parentTeamId: index === 0 ? null : teams[0]!,
      })),
    );
    for (const [key, name, role, index] of people) {
      ids[key] = newId();
      await ctx.db.insert(appUser).values({
        workspaceId,
        id: ids[key],
        name,
        role,
        teamId: teams[index]!,
        email: `${key}-${randomUUID()}@test.example`,
      });
    }
    for (const [key, index] of [
      ["director", 0],
      ["manager", 1],
      ["otherManager", 2],
    ] as const) {
      await ctx.db
        .update(team)
        .set({ managerId: ids[key] })
        .where(and(eq(team.workspaceId, workspaceId), eq(team.id, teams[index]!)));
    }
  });
  const ctx = async (who: keyof TestWorkspace["ids"]): Promise<RequestContext> => {
    const actor = await loadActor(db, workspaceId, ids[who], null);
    return { db, workspaceId, actor: actor!, requestId: randomUUID(), log, now };
  };
  return {
    db,
    workspaceId,
    job,
    ids,
    setNow: (text) => void (clock = new Date(text)),
    ctx,
    caller: async (who) => createCaller({ request: await ctx(who), requestId: randomUUID(), auth: createAuth(db) }),
    settle: async () => {
      while ((await sequenceEvents(db)) > 0);
    },
  };
}

export const NEXT_STEP = { nextStep: "Send the offer", nextStepDue: "2030-01-15" };

/** Leaves a deal as an import may find it. */
export const forgetNextStep = (world: TestWorkspace, opportunityId: string): Promise<unknown> =>
  withTransaction(world.job, ({ db }) =>
    db.update(opportunity).set({ nextStep: null, nextStepDue: null }).where(eq(opportunity.id, opportunityId)),
  );

/** A deal of the rep's on a new account. */
export async function createDeal(
  world: TestWorkspace,
  owner: "rep" | "otherRep" = "rep",
): Promise<{ accountId: string; opportunityId: string }> {
  const ctx = await world.ctx(owner);
  const { id: accountId } = await createAccount(ctx, { name: "Northwind Traders" });
  const { id: opportunityId } = await createOpportunity(ctx, {
    name: "Northwind renewal",
    accountId,
    amountCents: 6_000_000,
    closeDate: "2027-01-31",
    ...NEXT_STEP,
  });
  return { accountId, opportunityId };
}
