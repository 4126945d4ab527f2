import { openDatabase, type DatabaseHandle } from "../client.ts";
import { backUp } from "./backups.ts";
import type { Contents } from "./format.ts";
import { restoreDatabase } from "./restore-database.ts";

/**
 * Copies an embedded database to an empty PostgreSQL database: by a dump, which stays, and one transaction that compares
 * rows of every table and the end of every workspace's chain of events before it commits.
 * `adminUrl` is the login of the future owner of the tables. The source is not changed.
 */
export async function moveToPostgres(
  source: DatabaseHandle,
  adminUrl: string,
  backups: string,
): Promise<{ file: string; contents: Contents }> {
  const file = await backUp(source, backups);
  // One connection: the queue's own set-up is a transaction in several statements.
  const target = await openDatabase({ databaseUrl: adminUrl, dataDir: "", poolSize: 1 });
  try {
    return { file, contents: await restoreDatabase(target, file) };
  } finally {
    await target.close();
  }
}
