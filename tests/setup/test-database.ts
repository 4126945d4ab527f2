import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { inject, test as base } from "vitest";
import { openDatabase, type Database, type DatabaseHandle } from "#db/client.ts";
import { connectEmbedded } from "#db/embedded/connect.ts";
import { orderEvents } from "#db/ordered-socket.ts";
import { emptyDatabase } from "./empty-database.ts";
import { copyPostgresTemplate } from "./postgres-template.ts";

export interface TestDatabase extends DatabaseHandle {
  /** Only on PostgreSQL: the owner's URL. */
  adminUrl?: string;
}

/**
 * `test` with a migrated, empty database: shared by the tests of one file, never by two files. Each test makes its own
 * workspace in it.
 */
export const test = base.extend<{ db: Database; handle: TestDatabase }>({
  handle: [
    async ({}, use) => {
      const handle = await openTestDatabase();
      await use(handle);
      await handle.close();
    },
    { scope: "file" },
  ],
  db: async ({ handle }, use) => use(handle.db),
});

/** A migrated, empty database for this file alone, for hooks and helpers that have no fixtures. Close it. */
export async function openTestDatabase(): Promise<TestDatabase> {
  const source = inject("testDatabase");
  if (source.kind === "embedded") return borrow(source.brokerPath);
  const { url, adminUrl, drop } = await copyPostgresTemplate(source);
  const handle = await openDatabase({ databaseUrl: url, dataDir: "" });
  const close = async (): Promise<void> => {
    await handle.close();
    await drop();
  };
  return { ...handle, adminUrl, close };
}

/** Work that the application's login has no right to, as the owner of the tables: what an administrator, a forger or a fault could do. */
export async function asOwner<T>(handle: TestDatabase, work: (owner: DatabaseHandle) => Promise<T>): Promise<T> {
  if (!handle.adminUrl) return work(handle);
  const owner = await openDatabase({ databaseUrl: handle.adminUrl, dataDir: "", poolSize: 1 });
  try {
    return await work(owner);
  } finally {
    await owner.close();
  }
}

async function borrow(brokerPath: string): Promise<TestDatabase> {
  const loan = connect(brokerPath);
  const socketPath = await readSocketPath(loan);
  const handle = connectEmbedded({
    openSocket: async () => orderEvents(connect(socketPath)),
    explainLoss: () => undefined,
    // The watchdog belongs to the broker's process; tests of it start a database of their own.
    liftTimeLimit: () => () => undefined,
    close: async () => void loan.destroy(),
  });
  await emptyDatabase(handle.sql);
  return handle;
}

async function readSocketPath(loan: Socket): Promise<string> {
  for await (const line of createInterface({ input: loan })) {
    const answer = JSON.parse(line) as { socketPath?: string; error?: string };
    if (answer.socketPath) return answer.socketPath;
    throw new Error(`No test database: ${answer.error}`);
  }
  throw new Error("No test database: the broker is gone");
}
