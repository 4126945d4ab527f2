import { existsSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "#db/package-root.ts";

/**
 * The folder of a public data set, or undefined where it is absent: such a test says that it did not run.
 * Looked for in RINGSIDE_DATA, or beside the repository in `shared/data`.
 */
export function sharedData(name: string): string | undefined {
  const folder = join(process.env.RINGSIDE_DATA ?? join(packageRoot(), "..", "shared", "data"), name);
  return existsSync(folder) ? folder : undefined;
}
