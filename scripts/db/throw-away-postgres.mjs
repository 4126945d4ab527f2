import { execFileSync } from "node:child_process";

const SCRIPT = "scripts/db/postgres-test-server.sh";

/**
 * Starts a PostgreSQL server that nobody will miss. `durable` keeps fsync on, for measurements and crash tests.
 * @param {{ durable?: boolean, core?: number | undefined }} [options] `core` keeps the server on one processor
 * @returns {{ url: string, stop(): void }} the superuser's URL, and how to remove it all
 */
export function startThrowAwayPostgres({ durable = false, core } = {}) {
  const command = [SCRIPT, "start", ...(durable ? ["--durable"] : [])];
  const [program, ...args] = core === undefined ? command : ["taskset", "-c", String(core), ...command];
  const output = execFileSync(/** @type {string} */ (program), args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [directoryLine = "", url = ""] = output.trim().split("\n").slice(-2);
  const directory = directoryLine.replace("directory ", "");
  return { url, stop: () => void execFileSync(SCRIPT, ["stop", directory], { stdio: "inherit" }) };
}
