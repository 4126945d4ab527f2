import { sql } from "drizzle-orm";
import { describe, expect } from "vitest";
import { eventLog } from "#db/schema/index.ts";
import { verifyChain } from "#server/core/verify-chain.ts";
import { appRouter } from "#server/trpc/router.ts";
import { createDeal, createTestWorkspace } from "../factories.ts";
import { asOwner, test } from "../setup/test-database.ts";

type Row = Record<string, unknown> & { name: string };

describe("tenancy in the database", () => {
  test("S37 every table with a workspace is behind forced row-level security, for every verb", async ({ handle }) => {
    const tables = await handle.sql<Row[]>`
      select c.relname as name, c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
        array(select p.polcmd::text from pg_policy p where p.polrelid = c.oid) as verbs
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped
      where c.relkind = 'r' and n.nspname = 'public' order by 1`;
    expect(tables.length).toBeGreaterThan(30);
    for (const table of tables) {
      expect(table, table.name).toMatchObject({ enabled: true, forced: true });
      const verbs = new Set(table.verbs as string[]);
      const covers = verbs.has("*") && ["r", "a", "w", "d"].every((verb) => verbs.has(verb));
      expect({ table: table.name, covers }).toEqual({ table: table.name, covers: true });
    }
  });

  test("S37 every key and foreign key of a tenant table starts with its workspace", async ({ handle }) => {
    const keys = await handle.sql<Row[]>`
      select c.relname || '.' || k.conname as name, a.attname as first
      from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attnum = k.conkey[1]
      where n.nspname = 'public' and k.contype in ('p', 'u', 'f')
        and exists (select from pg_attribute w where w.attrelid = c.oid and w.attname = 'workspace_id')`;
    expect(keys.filter((key) => key.first !== "workspace_id").map((key) => key.name)).toEqual([]);
  });

  test("S34 every procedure names the permission that guards it", () => {
    const procedures = Object.entries(
      appRouter._def.procedures as unknown as Record<string, { _def: { meta?: { permission?: string } } }>,
    );
    expect(procedures.length).toBeGreaterThan(50);
    expect(procedures.filter(([, procedure]) => !procedure._def.meta?.permission).map(([name]) => name)).toEqual([]);
  });
});

describe("the chain of events", () => {
  test("S60 an edited, removed or cut-off event is found, and an untouched chain is intact", async ({ db, handle }) => {
    const world = await createTestWorkspace(db);
    await createDeal(world);
    await createDeal(world);
    await world.settle();
    const intact = await verifyChain(db, world.workspaceId);
    expect(intact).toMatchObject({ isIntact: true });
    // Row-level security keeps even the application's own roles from rewriting the log, so the forger is the owner.
    await asOwner(handle, async ({ db: owner }) => {
      const where = sql`where workspace_id = ${world.workspaceId} and workspace_seq = 2`;
      const [before] = await owner.execute<{ payload: unknown }>(
        sql`select payload::text as payload from ${eventLog} ${where}`,
      );
      await owner.execute(sql`update ${eventLog} set payload = '{"data":{"forged":true}}' ${where}`);
      expect(await verifyChain(db, world.workspaceId)).toMatchObject({
        isIntact: false,
        workspaceSeq: 2,
        problem: "its contents were changed",
      });
      await owner.execute(sql`update ${eventLog} set payload = ${before!.payload}::jsonb ${where}`);
      expect(await verifyChain(db, world.workspaceId)).toMatchObject({ isIntact: true });
      await owner.execute(sql`delete from ${eventLog} ${where}`);
      expect(await verifyChain(db, world.workspaceId)).toMatchObject({ isIntact: false, problem: "2 is missing" });
      await owner.execute(sql`delete from ${eventLog} where workspace_id = ${world.workspaceId} and workspace_seq > 1`);
      expect(await verifyChain(db, world.workspaceId)).toMatchObject({
        isIntact: false,
        problem: "the end was cut off",
      });
    });
  });
});
