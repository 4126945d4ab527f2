// npm run verify-audit: what an operator asks of the product by hand.
import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { openDatabase } from "#db/client.ts";
import { clusterFolder } from "#db/embedded/engine.ts";
import { readKnownHeads, verifyAudit } from "#server/audit/index.ts";
import { readSettings } from "#server/env.ts";

const usage = `Usage:
  npm run verify-audit [-- --heads <log file>]     checks every workspace's chain of events; the file is a log of the product
The database is DATABASE_URL, or the one in DATA_DIR (by default .data), which no server may have open.
`;

try {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { heads: { type: "string" } } });
  if (positionals[0] === "verify-audit" && positionals.length === 1) await verify(values.heads);
  else {
    process.stderr.write(usage);
    process.exitCode = 2;
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}

/** Exit code 1 says that a chain is broken; 2, that it could not be looked at. */
async function verify(headsFile: string | undefined): Promise<void> {
  const knownHeads = headsFile === undefined ? [] : readKnownHeads(readFileSync(headsFile, "utf8"));
  const { databaseUrl, dataDir } = readSettings(process.env);
  if (!databaseUrl && !existsSync(clusterFolder(dataDir))) throw new Error(`${dataDir} holds no database`);
  const handle = await openDatabase({ dataDir, ...(databaseUrl ? { databaseUrl } : {}) });
  try {
    const { isIntact, lines } = await verifyAudit(handle.db, knownHeads);
    for (const line of lines) process.stdout.write(`${line}\n`);
    if (!isIntact) process.exitCode = 1;
  } finally {
    await handle.close();
  }
}
