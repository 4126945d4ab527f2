import { eq, sql } from "drizzle-orm";
import { expect } from "vitest";
import { aiStat, recordShare } from "#db/schema/index.ts";
import { retrieve } from "#server/assistant/index.ts";
import { openScopes } from "#server/assistant/search/scopes.ts";
import { requestCoaching } from "#server/coaching/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { emitEvent } from "#server/core/events.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { listVisible, refKey } from "#server/core/visibility.ts";
import { updateOpportunity } from "#server/opportunities/index.ts";
import { createTask } from "#server/tasks/index.ts";
import { makeContact, makeDeal, makeWorld, note, sync, type World } from "../setup/assistant-world.ts";
import { test } from "../setup/test-database.ts";

const TOPICS = [
  "price",
  "rollout",
  "security",
  "contract",
  "training",
  "migration",
  "budget",
  "support",
  "licence",
  "deadline",
];
const PAIRS = 240;

/** Numbers that look random and are the same in every run. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Twelve deals of four owners with notes, contacts, tasks and coaching, all about the same few topics. */
async function seed(world: World): Promise<string[]> {
  const deals: string[] = [];
  const owners = [world.rep, world.otherRep, world.manager, world.admin];
  for (let n = 0; n < 12; n += 1) {
    const owner = owners[n % owners.length] ?? world.rep;
    const ctx = await world.as(owner);
    const { accountId, opportunityId } = await makeDeal(world, ctx, {
      account: `Company ${n}`,
      deal: `Deal ${n}`,
      amountCents: 1000 * n,
    });
    const { id: contactId } = await makeContact(ctx, accountId, "Person", `Number${n}`);
    for (const topic of [TOPICS[n % TOPICS.length], TOPICS[(n * 3 + 1) % TOPICS.length]])
      await note(
        ctx,
        opportunityId,
        `About ${topic}`,
        `Company ${n} asks about ${topic} again and again.`,
        n % 2 ? { contactId } : {},
      );
    await createTask(ctx, { title: `Prepare ${TOPICS[(n + 5) % TOPICS.length]}`, opportunityId });
    if (owner === world.rep)
      await requestCoaching(await world.as(world.manager), {
        opportunityId,
        severity: "normal",
        comment: `Coaching about ${TOPICS[n % TOPICS.length]}`,
      });
    deals.push(opportunityId);
  }
  await sync(world.db);
  return deals;
}

/** Asks random questions as random people and checks every passage, and every scope, against the policies that guard the screens. */
async function expectNoLeak(
  world: World,
  random: () => number,
  pairs = PAIRS,
): Promise<{ passages: number; refusals: number }> {
  const people = [world.rep, world.otherRep, world.manager, world.admin, world.salesOps];
  const contexts = new Map<string, RequestContext>();
  let passages = 0;
  let refusals = 0;
  for (let n = 0; n < pairs; n += 1) {
    const userId = people[Math.floor(random() * people.length)] ?? world.rep;
    const ctx = contexts.get(userId) ?? (await world.as(userId));
    contexts.set(userId, ctx);
    const question = `${TOPICS[Math.floor(random() * TOPICS.length)]} ${TOPICS[Math.floor(random() * TOPICS.length)]} Company ${Math.floor(random() * 12)}`;
    const found = await retrieve(ctx, { question });
    const visible = await listVisible(
      ctx,
      found.passages.map(({ record }) => record),
    );
    for (const { record } of found.passages) expect(visible, `${userId} ${question}`).toContain(refKey(record));
    passages += found.passages.length;
    refusals += found.refusals;
  }
  return { passages, refusals };
}

/** For every person: the records whose texts the scopes open are exactly those that the screens open, private coaching aside. */
async function expectScopesEqualPolicies(world: World): Promise<void> {
  for (const userId of [world.rep, world.otherRep, world.manager, world.admin, world.salesOps]) {
    const ctx = await world.as(userId);
    const open = await withTransaction(ctx, async (ctx) => {
      await openScopes(ctx);
      const rows = await ctx.db.execute<{
        kind: string;
        id: string;
      }>(sql`select source_kind as kind, source_id as id from ai_document where workspace_id = ${ctx.workspaceId}
        and scope_id = any((select app.scope_ids())::uuid[])`);
      return [...rows].map(({ kind, id }) => `${kind}:${id}`).sort();
    });
    const every = await withTransaction(world.job, (job) =>
      job.db.execute<{ kind: string; id: string }>(
        sql`select source_kind as kind, source_id as id from ai_document where workspace_id = ${job.workspaceId}`,
      ),
    );
    const visible = await listVisible(
      ctx,
      [...every].map(({ kind, id }) => ({ type: kind, id })),
    );
    const expected = [...visible]
      .filter((key) => userId !== world.salesOps || !key.startsWith("coaching_item:"))
      .sort();
    expect(open, userId).toEqual(expected);
  }
}

test(
  "A4.4 leak test: random people and questions, again after owner change, share, end of share, move and delete",
  { timeout: 400_000 },
  async ({ db }) => {
    const world = await makeWorld(db);
    const deals = await seed(world);
    const random = randomOf(7);
    const first = await expectNoLeak(world, random);
    expect(first.passages).toBeGreaterThan(PAIRS);
    expect(first.refusals).toBe(0);
    await expectScopesEqualPolicies(world);

    // Before the index has followed, the second gate alone stands between the old owner and the texts.
    const admin = await world.as(world.admin);
    await updateOpportunity(admin, { opportunityId: deals[0]!, version: 1, changes: { ownerId: world.otherRep } });
    await updateOpportunity(admin, { opportunityId: deals[1]!, version: 1, changes: { ownerId: world.rep } });
    const lagging = await expectNoLeak(world, random, 60);
    await sync(db);
    expect((await expectNoLeak(world, random, 60)).refusals).toBe(0);
    await expectScopesEqualPolicies(world);

    const share = {
      workspaceId: world.workspaceId,
      recordType: "opportunity" as const,
      recordId: deals[2]!,
      userId: world.otherRep,
      access: "read" as const,
    };
    await withTransaction(world.job, async (ctx) => {
      await ctx.db.insert(recordShare).values(share);
      await emitEvent(ctx, { type: "opportunity.shared", subject: { type: "opportunity", id: deals[2]! } });
    });
    await sync(db);
    await expectScopesEqualPolicies(world);
    await withTransaction(world.job, async (ctx) => {
      await ctx.db.delete(recordShare).where(eq(recordShare.workspaceId, ctx.workspaceId));
      await emitEvent(ctx, { type: "opportunity.unshared", subject: { type: "opportunity", id: deals[2]! } });
      await ctx.db.execute(
        sql`update team set manager_id = ${world.salesOps} where workspace_id = ${ctx.workspaceId} and name = 'South'`,
      );
      await ctx.db.execute(
        sql`update opportunity set deleted_at = now() where workspace_id = ${ctx.workspaceId} and id = ${deals[3]!}`,
      );
      await emitEvent(ctx, { type: "opportunity.deleted", subject: { type: "opportunity", id: deals[3]! } });
    });
    await sync(db);
    expect((await expectNoLeak(world, random, 60)).refusals).toBe(0);
    await expectScopesEqualPolicies(world);

    const [stat] = await withTransaction(world.job, (ctx) =>
      ctx.db.select().from(aiStat).where(eq(aiStat.workspaceId, ctx.workspaceId)),
    );
    // Refusals while the index lagged are expected and not counted; any other would be a defect.
    expect(stat?.refusals).toBe(0);
    expect(lagging.refusals).toBeGreaterThan(0);
  },
);

test("A4.4 the second gate catches a scope that is wrong, and counts it as a defect", async ({ db }) => {
  const world = await makeWorld(db);
  await seed(world);
  await withTransaction(world.job, (ctx) =>
    ctx.db.execute(
      sql`update ai_scope set principals = array[${`user:${world.otherRep}`}]::text[] where workspace_id = ${ctx.workspaceId}`,
    ),
  );
  const { passages, refusals } = await retrieve(await world.as(world.otherRep), { question: "coaching about price" });
  const visible = await listVisible(
    await world.as(world.otherRep),
    passages.map(({ record }) => record),
  );
  expect(passages.every(({ record }) => visible.has(refKey(record)))).toBe(true);
  expect(refusals).toBeGreaterThan(0);
  const [stat] = await withTransaction(world.job, (ctx) =>
    ctx.db.select().from(aiStat).where(eq(aiStat.workspaceId, ctx.workspaceId)),
  );
  expect(stat?.refusals).toBe(refusals);
});

test("A4.4 a misspelt word is never repaired to a word of a text that the asking person may not open", async ({
  db,
}) => {
  const world = await makeWorld(db);
  const { opportunityId } = await makeDeal(world, await world.as(world.rep), { account: "Acme", deal: "Acme deal" });
  await note(await world.as(world.rep), opportunityId, "Secret", "The acquisition of Zephyrion is confidential.");
  await sync(db);
  expect((await retrieve(await world.as(world.rep), { question: "zephyrionn" })).terms).toMatchObject([
    { lexeme: "zephyrion", repairedFrom: "zephyrionn" },
  ]);
  expect((await retrieve(await world.as(world.otherRep), { question: "zephyrionn" })).terms).toMatchObject([
    { lexeme: "zephyrionn" },
  ]);
});

test("A4.4 text of the index is unreadable in a transaction that has not opened its scopes, and other workspaces always", async ({
  db,
}) => {
  const world = await makeWorld(db);
  await seed(world);
  const foreign = await makeWorld(db);
  const count = async (userWorld: World, userId: string, open: boolean) =>
    withTransaction(await userWorld.as(userId), async (ctx) => {
      if (open) await openScopes(ctx);
      const [row] = await ctx.db.execute<{ n: number }>(sql`select count(*)::int as n from ai_chunk`);
      return row?.n ?? -1;
    });
  expect(await count(world, world.rep, false)).toBe(0);
  expect(await count(world, world.rep, true)).toBeGreaterThan(0);
  expect(await count(foreign, foreign.admin, true)).toBe(0);
});
