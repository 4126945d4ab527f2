import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PGlite } from "@electric-sql/pglite";
import { vector } from "@electric-sql/pglite-pgvector";
import { pg_trgm } from "@electric-sql/pglite/contrib/pg_trgm";
import { unaccent } from "@electric-sql/pglite/contrib/unaccent";
import { copyDurably, DurableNodeFS } from "./durable-fs.ts";

export interface Engine {
  pg: PGlite;
  fs: DurableNodeFS;
}

/**
 * Opens the cluster of a data directory, making it first if there is none. The caller holds the directory's lock.
 * `onStderr` hears every line PostgreSQL writes to its log; after a line with `PANIC:` the engine is not to be used.
 */
export async function openEngine(dataDir: string, onStderr: (line: string) => void): Promise<Engine> {
  const cluster = clusterFolder(dataDir);
  if (!existsSync(join(cluster, "PG_VERSION"))) await createCluster(dataDir, cluster);
  return open(cluster, onStderr);
}

export const clusterFolder = (dataDir: string): string => join(dataDir, "postgres");

/** Beside the bundle: a migrated, empty cluster. Copying it takes a tenth of the time of making one. */
const template = fileURLToPath(new URL("./cluster", import.meta.url));

/** Made beside its place and renamed into it, so that a start killed half-way leaves no half cluster. */
async function createCluster(dataDir: string, cluster: string): Promise<void> {
  const draft = join(dataDir, "postgres-draft");
  rmSync(draft, { recursive: true, force: true });
  if (existsSync(template)) copyDurably(template, draft);
  else {
    const { pg } = await open(draft, () => undefined);
    await pg.close();
  }
  renameSync(draft, cluster);
}

async function open(folder: string, onStderr: (line: string) => void): Promise<Engine> {
  const fs = new DurableNodeFS(folder);
  const pg = await PGlite.create({
    fs,
    extensions: { vector, pg_trgm, unaccent },
    startParams: [...PGlite.defaultStartParams, ...memorySettings],
    onStderr: (line) => {
      onStderr(line);
      return false;
    },
  });
  return { pg, fs };
}

/** The defaults are made for a server with gigabytes; pages beyond these live in the host's cache, one copy away. */
const memorySettings = [
  ["shared_buffers", "64MB"],
  ["work_mem", "8MB"],
  ["maintenance_work_mem", "64MB"],
  ["effective_cache_size", "512MB"],
  ["min_wal_size", "32MB"],
].flatMap(([name, value]) => ["-c", `${name}=${value}`]);
