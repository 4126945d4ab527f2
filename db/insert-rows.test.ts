import { expect } from "vitest";
import { contact, workspace } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import { withSystemTransaction } from "#server/core/transaction.ts";
import { test } from "#tests/setup/test-database.ts";
import { insertRows } from "./insert-rows.ts";

test("rows go in as one parameter: defaults where nobody says, null where only others do, quotes and all", async ({
  db,
}) => {
  const workspaceId = newId();
  const rows = await withSystemTransaction(db, async (tx) => {
    await tx.insert(workspace).values({ id: workspaceId, name: "Rows" });
    await insertRows(tx, contact, []);
    await insertRows(tx, contact, [
      { workspaceId, lastName: `O'Brien "the" \\ first`, title: "Buyer" },
      { workspaceId, lastName: "Second" },
    ]);
    return tx.select().from(contact).orderBy(contact.id);
  });
  const ours = rows.filter((row) => row.workspaceId === workspaceId);
  expect(ours.map(({ lastName, title }) => [lastName, title])).toEqual([
    [`O'Brien "the" \\ first`, "Buyer"],
    ["Second", null],
  ]);
  expect(ours.every(({ id, createdAt, version }) => id && createdAt instanceof Date && version === 1)).toBe(true);
});
