import { renameSync, rmSync } from "node:fs";
import { openDatabase } from "../client.ts";
import { migrate } from "../migrate.ts";
import { clusterFolder } from "./engine.ts";

/** Makes a migrated, empty cluster to copy from, in `draft`, and moves it to `target` when it is complete; `target` must not be there. */
export async function makeMigratedCluster(draft: string, target: string): Promise<void> {
  const handle = await openDatabase({ dataDir: draft });
  try {
    await migrate(handle);
    await handle.sql`checkpoint`;
  } finally {
    await handle.close();
  }
  renameSync(clusterFolder(draft), target);
  rmSync(draft, { recursive: true, force: true });
}
