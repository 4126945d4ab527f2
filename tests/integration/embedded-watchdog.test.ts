import { expect, onTestFinished, test, vi } from "vitest";
import type { DatabaseHandle } from "#db/client.ts";
import { connectEmbedded } from "#db/embedded/connect.ts";
import { startEmbedded } from "#db/embedded/start-embedded.ts";
import { TransactionLostError } from "#db/fenced-sql.ts";
import { embeddedDirectory } from "#tests/setup/embedded-directory.ts";

// Each test starts processes of its own, which takes seconds where processors are scarce.
vi.setConfig({ testTimeout: 120_000 });

const limitMs = 400;

async function open(): Promise<DatabaseHandle> {
  const onFatal = (error: Error): void => {
    throw error;
  };
  const handle = connectEmbedded(
    await startEmbedded({ dataDir: await embeddedDirectory(), onFatal, transactionLimitMs: limitMs }),
  );
  onTestFinished(() => handle.close());
  await handle.sql`create table note (text text)`;
  return handle;
}

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test("a transaction open for too long is ended, rolled back and cannot touch the next one", async () => {
  const { sql } = await open();
  let lateError: unknown;
  const late = sql.begin(async (tx) => {
    await tx`insert into note values ('of the late transaction')`;
    await delay(limitMs * 2);
    try {
      await tx`insert into note values ('too late')`;
    } catch (error) {
      lateError = error;
    }
  });
  // Waits for the connection, and must get it when the watchdog has freed it.
  const next = delay(20).then(() =>
    sql.begin(async (tx) => {
      await tx`insert into note values ('of the next transaction')`;
      await delay(limitMs / 2);
      await tx`insert into note values ('of the next transaction')`;
    }),
  );
  await expect(late).rejects.toThrow(/open for more than 0.4 s/);
  await expect(late).rejects.toThrow(TransactionLostError);
  await next;
  // Give the late callback the time to try its statement and its commit.
  await delay(limitMs * 2);
  expect((await sql`select text, count(*) from note group by text`).map((row) => ({ ...row }))).toEqual([
    { text: "of the next transaction", count: 2 },
  ]);
  expect(lateError).toBeInstanceOf(TransactionLostError);
});

test("work that is long by nature may lift the limit", async () => {
  const handle = await open();
  await handle.withoutTimeLimit(() =>
    handle.sql.begin(async (tx) => {
      await tx`insert into note values ('long')`;
      await delay(limitMs * 2);
    }),
  );
  expect(await handle.sql`select text from note`).toHaveLength(1);
  // And it holds again afterwards.
  await expect(handle.sql.begin(() => delay(limitMs * 2))).rejects.toThrow(/open for more than/);
});
