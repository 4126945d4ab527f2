import { expect, onTestFinished, test, vi } from "vitest";
import { openDatabase } from "#db/client.ts";
import { embeddedDirectory } from "#tests/setup/embedded-directory.ts";

vi.setConfig({ testTimeout: 120_000 });

test("tables that changed much are vacuumed and analysed, without disturbing anybody", async () => {
  const notices: string[] = [];
  const handle = await openDatabase({
    dataDir: await embeddedDirectory(),
    onNotice: (message) => notices.push(message),
  });
  onTestFinished(() => handle.close());
  await handle.sql`create table note (number int, text text)`;
  await handle.sql`insert into note select number, repeat('x', 100) from generate_series(1, 5000) number`;
  await handle.sql`update note set text = 'y'`;
  const state = async (): Promise<unknown> => {
    // A request every four seconds: the house is kept in between.
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    const [row] = await handle.sql`
      select n_dead_tup as dead, last_vacuum is not null as vacuumed, last_analyze is not null as analysed
      from pg_stat_user_tables where relname = 'note'`;
    return { ...row };
  };
  await expect.poll(state, { timeout: 60_000 }).toEqual({ dead: 0, vacuumed: true, analysed: true });
  expect(notices).toEqual([]);
});

test("the write-ahead log is checkpointed and its files are used again", async () => {
  const handle = await openDatabase({ dataDir: await embeddedDirectory() });
  onTestFinished(() => handle.close());
  await handle.sql`create table note (text text)`;
  const checkpoint = async (): Promise<string> => {
    const [row] = await handle.sql<{ redo: string }[]>`select redo_lsn::text as redo from pg_control_checkpoint()`;
    return row?.redo ?? "";
  };
  const before = await checkpoint();
  for (let times = 0; times < 4; times += 1) {
    await handle.sql`insert into note select repeat(md5(number::text), 60) from generate_series(1, 12000) number`;
  }
  await expect.poll(checkpoint, { timeout: 60_000, interval: 500 }).not.toBe(before);
});
