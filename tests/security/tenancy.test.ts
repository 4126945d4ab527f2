import { describe, expect } from "vitest";
import { appRouter } from "#server/trpc/router.ts";
import { test } from "../setup/test-database.ts";

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
