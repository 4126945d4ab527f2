import { Readable } from "node:stream";
import { and, eq } from "drizzle-orm";
import { expect } from "vitest";
import { account, contact, opportunity, type ImportRecordType } from "#db/schema/index.ts";
import { createAccount } from "#server/accounts/index.ts";
import { runImport, uploadFile } from "#server/imports/index.ts";
import { withSystemTransaction } from "#server/core/transaction.ts";
import { createTestWorkspace, type TestWorkspace } from "../factories.ts";
import { test } from "../setup/test-database.ts";

type Who = keyof TestWorkspace["ids"];

/** A whole import of a person's file. @returns its report */
async function importAs(world: TestWorkspace, who: Who, recordType: ImportRecordType, file: string) {
  const ctx = await world.ctx(who);
  const { runId } = await uploadFile(ctx, { recordType, fileName: "x.csv" }, Readable.from([Buffer.from(file)]));
  const caller = await world.caller(who);
  await caller.imports.check({ runId });
  await runImport(world.job, runId);
  const checked = await caller.imports.get({ runId });
  if (checked.state === "failed") throw new Error(checked.error ?? "");
  await caller.imports.start({ runId });
  await runImport(world.job, runId);
  return { run: await caller.imports.get({ runId }), rows: await caller.imports.rows({ runId }) };
}

test("S36 a file of a rep's opens, changes and names no record that he may not see", async ({ db }) => {
  const world = await createTestWorkspace(db);
  const { id: hidden } = await createAccount(await world.ctx("rep"), { name: "Secret Holdings", city: "Oslo" });
  const { id: hiddenContact } = await (
    await world.caller("rep")
  ).contacts.create({ lastName: "Quiet", email: "quiet@secret.example", accountId: hidden });
  const otherRep = await world.caller("otherRep");

  await importAs(world, "otherRep", "account", "Name,City\nSecret Holdings,Bergen\n");
  await importAs(world, "otherRep", "contact", "Last Name,Email,Account\nLoud,quiet@secret.example,Secret Holdings\n");
  const deals = await importAs(
    world,
    "otherRep",
    "opportunity",
    "Name,Account,Stage\nWay in,Secret Holdings,Qualification\n",
  );
  expect(deals.run.totals).toMatchObject({ created: 1 });

  await expect(otherRep.accounts.get({ accountId: hidden })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(otherRep.contacts.get({ contactId: hiddenContact })).rejects.toMatchObject({ code: "NOT_FOUND" });
  const kept = await withSystemTransaction(db, async (tx) => ({
    accounts: await tx
      .select()
      .from(account)
      .where(and(eq(account.workspaceId, world.workspaceId), eq(account.id, hidden))),
    contacts: await tx
      .select()
      .from(contact)
      .where(and(eq(contact.workspaceId, world.workspaceId), eq(contact.id, hiddenContact))),
    deals: await tx.select().from(opportunity).where(eq(opportunity.workspaceId, world.workspaceId)),
  }));
  expect(kept.accounts[0]).toMatchObject({ city: "Oslo", ownerId: world.ids.rep, version: 1 });
  expect(kept.contacts[0]).toMatchObject({ lastName: "Quiet", version: 1 });
  expect(kept.deals.map(({ accountId }) => accountId)).not.toContain(hidden);
});

test("S36 what a rep imports is his own, and he cannot give it to people outside of his team", async ({ db }) => {
  const world = await createTestWorkspace(db);
  const { run } = await importAs(world, "rep", "account", "Name\nMine Alone\n");
  expect(run.totals).toMatchObject({ created: 1 });
  const { rows } = await (await world.caller("rep")).accounts.list({ query: "Mine Alone" });
  expect(rows.map(({ ownerId }) => ownerId)).toEqual([world.ids.rep]);
  const given = await importAs(world, "rep", "account", "Name,Owner\nNot Yours,Olga Otherrep\n");
  expect(given.run.totals).toMatchObject({ created: 0, failed: 1 });
  expect(JSON.stringify(given.rows)).toContain("You give records to yourself and your own team");
});

test("S36 an update without an owner in the file leaves the owner, and products are not a rep's to change", async ({
  db,
}) => {
  const world = await createTestWorkspace(db);
  const { id } = await createAccount(await world.ctx("rep"), { name: "Kept Ltd" });
  const { run } = await importAs(world, "manager", "account", "Name,City\nKept Ltd,Bonn\n");
  expect(run.totals).toMatchObject({ updated: 1 });
  expect(await (await world.caller("rep")).accounts.get({ accountId: id })).toMatchObject({
    city: "Bonn",
    ownerId: world.ids.rep,
  });
  await expect(importAs(world, "rep", "product", "Name\nFree lunch\n")).rejects.toMatchObject({ code: "forbidden" });
});
