import { sql, type SQL } from "drizzle-orm";
import { describe, expect } from "vitest";
import type { Database } from "#db/client.ts";
import { eventHead, eventLog, type EventPayload } from "#db/schema/index.ts";
import { listHeads, readKnownHeads, verifyAudit } from "#server/audit/index.ts";
import { GENESIS_HASH, hashEvent, hashPayload } from "#server/core/hash-chain.ts";
import { createDeal, createTestWorkspace, type TestWorkspace } from "../factories.ts";
import { asOwner, test } from "../setup/test-database.ts";

async function filledWorkspace(db: Database): Promise<TestWorkspace> {
  const world = await createTestWorkspace(db);
  await createDeal(world);
  await createDeal(world);
  await createDeal(world);
  await world.settle();
  return world;
}

/** What the command says of one workspace. */
async function lineOf(db: Database, { workspaceId }: TestWorkspace, heads?: Parameters<typeof verifyAudit>[1]) {
  const { isIntact, lines } = await verifyAudit(db, heads);
  return { isIntact, line: lines.find((line) => line.includes(workspaceId)) };
}

/** A chain that agrees with itself, whatever it tells: what somebody with every right to the database can write. */
async function rewriteAll(owner: Database, workspaceId: string): Promise<void> {
  const rows = await owner
    .select()
    .from(eventLog)
    .where(sql`workspace_id = ${workspaceId}`)
    .orderBy(eventLog.workspaceSeq);
  let prevHash = GENESIS_HASH;
  for (const row of rows) {
    const payload: EventPayload = row.workspaceSeq === 2 ? { data: { forged: true } } : row.payload;
    const payloadHash = hashPayload(payload);
    const hash = hashEvent(prevHash, { ...row, payloadHash });
    await owner
      .update(eventLog)
      .set({ payload, payloadHash, prevHash, hash })
      .where(sql`workspace_id = ${workspaceId} and workspace_seq = ${row.workspaceSeq}`);
    prevHash = hash;
  }
  await owner
    .update(eventHead)
    .set({ hash: prevHash })
    .where(sql`workspace_id = ${workspaceId}`);
}

describe("S60 the chain of events", () => {
  const at = (workspaceId: string, seq: number): SQL =>
    sql`where workspace_id = ${workspaceId} and workspace_seq = ${seq}`;
  const tampers: [string, (owner: Database, workspaceId: string) => Promise<unknown>, string][] = [
    [
      "an edited event",
      (owner, id) => owner.execute(sql`update event_log set payload = '{"data":{"forged":true}}' ${at(id, 2)}`),
      "at event 2, its contents were changed",
    ],
    [
      "an edited actor",
      (owner, id) => owner.execute(sql`update event_log set actor_id = 'job:nobody' ${at(id, 3)}`),
      "at event 3, its hash does not match",
    ],
    [
      "an edited event with its hash",
      (owner, id) => owner.execute(sql`update event_log set hash = repeat('a', 64) ${at(id, 2)}`),
      "at event 2, its hash does not match",
    ],
    [
      "a removed event",
      (owner, id) => owner.execute(sql`delete from event_log ${at(id, 2)}`),
      "at event 3, 2 is missing",
    ],
    [
      "two events in the other order",
      async (owner, id) => {
        await owner.execute(sql`update event_log set workspace_seq = 1000000 ${at(id, 2)}`);
        await owner.execute(sql`update event_log set workspace_seq = 2 ${at(id, 3)}`);
        await owner.execute(sql`update event_log set workspace_seq = 3 ${at(id, 1_000_000)}`);
      },
      "at event 2, does not follow the event before it",
    ],
    [
      "a cut tail",
      (owner, id) => owner.execute(sql`delete from event_log where workspace_id = ${id} and workspace_seq > 3`),
      "at event 3, the end was cut off",
    ],
    [
      "a forged tail",
      (owner, id) =>
        owner.execute(sql`insert into event_log select workspace_id, gen_random_uuid(), type, subject_type, subject_id, actor_kind,
          actor_id, request_id, payload, occurred_at, seq + 1000000, workspace_seq + 1, payload_hash, hash, repeat('b', 64)
          from event_log where workspace_id = ${id} order by workspace_seq desc limit 1`),
      "its hash does not match",
    ],
    [
      "an event in between",
      (owner, id) => owner.execute(sql`update event_log set prev_hash = repeat('c', 64) ${at(id, 4)}`),
      "at event 4, does not follow the event before it",
    ],
  ];
  for (const [name, tamper, words] of tampers) {
    test(`S60 verify-audit finds ${name} and says where`, async ({ db, handle }) => {
      const world = await filledWorkspace(db);
      const other = await filledWorkspace(db);
      expect((await lineOf(db, world)).line).toMatch(/^intact .*: \d+ events, head [0-9a-f]{64}$/);
      await asOwner(handle, ({ db: owner }) => tamper(owner, world.workspaceId));
      const found = await lineOf(db, world);
      expect(found.isIntact).toBe(false);
      expect(found.line).toMatch(/^BROKEN/);
      expect(found.line).toContain(words);
      // The other workspace's chain is its own.
      expect((await lineOf(db, other)).line).toMatch(/^intact/);
    });
  }

  test("S60 a chain that was written anew as a whole is found by a head in the log", async ({ db, handle }) => {
    const world = await filledWorkspace(db);
    const [head] = (await listHeads(db)).filter(({ workspaceId }) => workspaceId === world.workspaceId);
    const log = `not a line of ours\n${JSON.stringify({ level: 30, auditHead: head, msg: "audit head" })}\n{"auditHead"\n`;
    const known = readKnownHeads(log);
    expect(known).toEqual([head]);
    await createDeal(world);
    await world.settle();
    expect((await lineOf(db, world, known)).line).toMatch(/^intact/);
    await asOwner(handle, ({ db: owner }) => rewriteAll(owner, world.workspaceId));
    expect((await lineOf(db, world)).line).toMatch(/^intact/);
    expect((await lineOf(db, world, known)).line).toContain("the known head is not part of the chain");
  });

  test("S60 the application's own roles cannot write to the log", async ({ db }) => {
    const world = await filledWorkspace(db);
    const { withTransaction } = await import("#server/core/transaction.ts");
    for (const statement of [sql`update event_log set type = 'x.y'`, sql`delete from event_log`])
      await expect(withTransaction(await world.ctx("admin"), (ctx) => ctx.db.execute(statement))).rejects.toMatchObject(
        {
          cause: { code: "42501" },
        },
      );
  });
});
