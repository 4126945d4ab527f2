import { createHash, randomUUID } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { clusterFolder } from "#db/embedded/engine.ts";
import { makeMigratedCluster } from "#db/embedded/migrated-cluster.ts";
import { packageRoot } from "#db/package-root.ts";

/**
 * A migrated, empty cluster to copy from; made once for each state of the migrations and kept between runs.
 * @returns its folder, which must not be opened
 */
export async function templateCluster(): Promise<string> {
  const cache = join(packageRoot(), "node_modules", ".cache", "ringside-clusters");
  const finished = join(cache, fingerprint());
  if (existsSync(finished)) return finished;
  mkdirSync(cache, { recursive: true });
  removeOldest(cache);

  const draft = join(cache, `draft-${randomUUID()}`);
  try {
    await makeMigratedCluster(draft, finished);
  } catch (error) {
    // Another run may have made the same one meanwhile; either is good.
    if (!existsSync(finished)) throw error;
    rmSync(draft, { recursive: true, force: true });
  }
  return finished;
}

/** Makes a data directory that starts from the template. */
export function copyTemplate(template: string, dataDir: string): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  cpSync(template, clusterFolder(dataDir), { recursive: true });
}

function fingerprint(): string {
  const hash = createHash("sha256");
  const folder = join(packageRoot(), "db", "migrations");
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()) {
    if (/\.(sql|json)$/.test(name)) hash.update(name).update(readFileSync(join(folder, name)));
  }
  hash.update(readFileSync(join(packageRoot(), "node_modules", "@electric-sql", "pglite", "package.json")));
  hash.update(readFileSync(join(packageRoot(), "db", "embedded", "engine.ts")));
  return hash.digest("hex").slice(0, 16);
}

/** Each is 40 MB. */
const keptClusters = 4;

function removeOldest(cache: string): void {
  const byAge = readdirSync(cache)
    .map((name) => ({ path: join(cache, name), changed: statSync(join(cache, name)).mtimeMs }))
    .sort((a, b) => b.changed - a.changed);
  for (const { path } of byAge.slice(keptClusters)) rmSync(path, { recursive: true, force: true });
}
