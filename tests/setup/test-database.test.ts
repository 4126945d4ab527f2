import { sql } from "drizzle-orm";
import { expect } from "vitest";
import { test } from "./test-database.ts";

test("starts empty and migrated", async ({ db }) => {
  expect([...(await db.execute(sql`select count(*) from workspace`))]).toEqual([{ count: 0 }]);
});
