import { createReadStream } from "node:fs";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { describe, expect } from "vitest";
import { withTransaction } from "#server/core/transaction.ts";
import { runImport, startCheck, startImport, startUndo, undoImport, uploadFile } from "#server/imports/index.ts";
import type { ImportRecordType } from "#db/schema/index.ts";
import { createTestWorkspace, type TestWorkspace } from "../factories.ts";
import { sharedData } from "../setup/shared-data.ts";
import { test } from "../setup/test-database.ts";

async function importFile(world: TestWorkspace, recordType: ImportRecordType, path: string) {
  const ctx = await world.ctx("admin");
  const { runId } = await uploadFile(ctx, { recordType, fileName: path.split("/").at(-1)! }, createReadStream(path));
  await startCheck(ctx, { runId });
  await runImport(ctx, runId);
  await startImport(ctx, { runId });
  await runImport(ctx, runId);
  const run = await (await world.caller("admin")).imports.get({ runId });
  return { runId, totals: run.totals!, run };
}

const crm = sharedData("crm-sales-opportunities");
const salesforce = sharedData("crm-export-salesforce-dataloader");
if (!crm || !salesforce) console.warn("The public data sets are not here: imports of them were not tried.");

describe("imports of real files", () => {
  test.runIf(crm)(
    "E4 the CRM Sales Opportunities data arrives whole, its traps reported, and can be undone",
    async ({ db }) => {
      const world = await createTestWorkspace(db);
      const { totals: people } = await importFile(world, "user", join(crm!, "sales_teams.csv"));
      expect(people).toMatchObject({ rows: 35, created: 35, failed: 0 });
      expect((await importFile(world, "product", join(crm!, "products.csv"))).totals).toMatchObject({
        created: 7,
        failed: 0,
      });
      const accounts = await importFile(world, "account", join(crm!, "accounts.csv"));
      expect(accounts.totals).toMatchObject({ created: 85, failed: 0 });
      const admin = await world.caller("admin");
      const remarks = (await admin.imports.rows({ runId: accounts.runId, limit: 200 })).flatMap((row) =>
        row.messages.map(({ text }) => text),
      );
      expect(remarks.some((text) => text.includes('"technolgy" looks misspelt'))).toBe(true);
      expect(remarks.some((text) => text.includes('"Philipines" looks misspelt'))).toBe(true);

      const deals = await importFile(world, "opportunity", join(crm!, "sales_pipeline.csv"));
      expect(deals.totals).toMatchObject({ rows: 4499, created: 4499, failed: 0, skipped: 0 });
      const byStage = await withTransaction(world.job, (ctx) =>
        ctx.db.execute<{ name: string; count: number; cents: number }>(sql`
        select s.name, count(*)::int as count, coalesce(sum(o.amount_cents), 0)::bigint as cents from opportunity o
        join stage s on s.workspace_id = o.workspace_id and s.id = o.stage_id
        where o.workspace_id = ${world.workspaceId} and o.deleted_at is null group by s.name order by s.name`),
      );
      expect(Object.fromEntries(byStage.map(({ name, count }) => [name, count]))).toEqual({
        "Closed Won": 2174,
        "Closed Lost": 1233,
        Discovery: 833,
        Qualification: 259,
      });
      expect(Number(byStage.find(({ name }) => name === "Closed Won")?.cents)).toBe(526_961_900);
      const [facts] = await withTransaction(world.job, (ctx) =>
        ctx.db.execute<{ without_account: number; without_product: number; parents: number; managers: number }>(sql`
        select (select count(*)::int from opportunity where workspace_id = ${world.workspaceId} and account_id is null and stage_kind = 'open') as without_account,
          (select count(*)::int from opportunity where workspace_id = ${world.workspaceId} and product_id is null) as without_product,
          (select count(*)::int from account where workspace_id = ${world.workspaceId} and parent_account_id is not null) as parents,
          (select count(*)::int from app_user where workspace_id = ${world.workspaceId} and role = 'manager' and external_id like 'import:%') as managers`),
      );
      expect(facts).toMatchObject({ without_account: 741, without_product: 0, managers: 6 });
      expect(Number(facts!.parents)).toBeGreaterThan(0);

      const again = await importFile(world, "opportunity", join(crm!, "sales_pipeline.csv"));
      expect(again.totals).toMatchObject({ created: 0, failed: 0 });
      expect(again.run.importedBefore?.id).toBe(deals.runId);

      await startUndo(await world.ctx("admin"), { runId: deals.runId });
      await undoImport(await world.ctx("admin"), deals.runId);
      expect((await admin.opportunities.list({ kind: "all" })).summary).toMatchObject({ count: 0 });
    },
    300_000,
  );

  test.runIf(salesforce)(
    "E4 a Salesforce export in Latin-1 and one in UTF-16 are read as they are",
    async ({ db }) => {
      const world = await createTestWorkspace(db);
      const accounts = await importFile(world, "account", join(salesforce!, "accountData.csv"));
      expect(accounts.totals.rows).toBe(423);
      expect(accounts.totals.created + accounts.totals.skipped + accounts.totals.updated).toBe(423);
      const deals = await importFile(world, "opportunity", join(salesforce!, "opportunityData.csv"));
      expect(deals.totals).toMatchObject({ rows: 38 });
      expect(deals.totals.created + deals.totals.failed).toBe(38);
      const ctx = await world.ctx("admin");
      const { runId } = await uploadFile(
        ctx,
        { recordType: "account", fileName: "utf16.csv" },
        createReadStream(join(salesforce!, "csvtext_BOM_UTF16LE.csv")),
      );
      expect((await (await world.caller("admin")).imports.get({ runId })).encoding).toBe("utf-16le");
    },
    120_000,
  );

  test("E4 empty, binary and headless files get a clear word and leave nothing behind", async ({ db }) => {
    const world = await createTestWorkspace(db);
    const ctx = await world.ctx("admin");
    const upload = (bytes: Buffer) =>
      uploadFile(
        ctx,
        { recordType: "account", fileName: "x.csv" },
        (async function* () {
          yield await Promise.resolve(bytes);
        })(),
      );
    await expect(upload(Buffer.alloc(0))).rejects.toThrow("empty");
    await expect(upload(Buffer.from([0x89, 0x50, 0, 0, 1, 2, 0, 3]))).rejects.toThrow();
    await expect(upload(Buffer.from("\n\n  \n"))).rejects.toThrow("name the columns");
    expect(await (await world.caller("admin")).imports.list()).toEqual([]);
  });
});
