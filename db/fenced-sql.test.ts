import { sql } from "drizzle-orm";
import { expect } from "vitest";
import { outsideTransaction } from "#db/fenced-sql.ts";
import { test } from "#tests/setup/test-database.ts";

const one = sql`select 1 as one`;

test("the outer handle inside a transaction throws at once, whatever the way", async ({ handle }) => {
  const { db, sql: client } = handle;
  await db.transaction(async (tx) => {
    await tx.execute(one);
    const ways = [
      () => client`select 1`,
      () => client.unsafe("select 1"),
      () => client.begin(() => undefined),
      () => db.transaction(() => Promise.resolve()),
    ];
    for (const way of ways) await expect((async () => await way())()).rejects.toThrow(/outside the open transaction/);
    const failed: Error = await db.execute(one).then(
      () => new Error("went through"),
      (error: Error) => error,
    );
    expect(String(failed.cause)).toMatch(/outside the open transaction/);
    await tx.execute(one);
  });
  await db.execute(one);
});

test("savepoints are the way to nest: an inner failure leaves the outer transaction whole", async ({ db }) => {
  const name = `fence-${Date.now()}`;
  await db.transaction(async (tx) => {
    await tx.execute(sql`insert into event_consumer values (${name}, 1)`);
    await expect(
      tx.transaction(async (inner) => {
        await inner.execute(sql`update event_consumer set seq = 2 where name = ${name}`);
        throw new Error("inner");
      }),
    ).rejects.toThrow("inner");
    await tx.transaction((inner) => inner.execute(sql`update event_consumer set seq = seq + 10 where name = ${name}`));
  });
  const [row] = await db.execute(sql`select seq from event_consumer where name = ${name}`);
  expect(row).toEqual({ seq: 11 });
});

test("work that a transaction only triggers may use the outer handle", async ({ db }) => {
  let triggered: Promise<unknown> | undefined;
  await db.transaction(async (tx) => {
    await tx.execute(one);
    triggered = outsideTransaction(() => db.execute(one));
    // Let it reach the queue of the one connection while the transaction is open.
    await tx.execute(one);
  });
  expect([...((await triggered) as unknown[])]).toEqual([{ one: 1 }]);
});

test("a transaction that has ended cannot be used any more", async ({ db }) => {
  const tx = await db.transaction((tx) => Promise.resolve(tx));
  const failed: Error = await tx.execute(one).then(
    () => new Error("went through"),
    (error: Error) => error,
  );
  expect(String(failed.cause)).toMatch(/already ended/);
});

test("a swallowed failure still fails the transaction", async ({ db }) => {
  const name = `swallowed-${Date.now()}`;
  const transaction = db.transaction(async (tx) => {
    await tx.execute(sql`insert into event_consumer values (${name}, 1)`);
    await tx.execute(sql`select 1 / 0`).catch(() => undefined);
  });
  await expect(transaction).rejects.toThrow(/division by zero/);
  expect([...(await db.execute(sql`select from event_consumer where name = ${name}`))]).toEqual([]);
});

test("whole numbers beyond what a number holds are refused, not rounded", async ({ handle }) => {
  expect([...(await handle.sql`select 9007199254740991::bigint as safe`)]).toEqual([{ safe: 9007199254740991 }]);
  await expect(handle.sql`select 9007199254740993::bigint as unsafe`.execute()).rejects.toThrow(/not a safe integer/);
});
