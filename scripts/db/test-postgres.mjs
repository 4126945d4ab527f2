// The integration tests on a real PostgreSQL: TEST_DATABASE_URL if it is set, else a throw-away server.
import { execFileSync, spawnSync } from "node:child_process";

const server = process.env.TEST_DATABASE_URL ? undefined : startServer();
const url = server?.url ?? process.env.TEST_DATABASE_URL;
// Tests of the embedded database itself would only repeat themselves here.
const embeddedOnly = ["--exclude", "tests/integration/embedded-*", "--exclude", "db/embedded/**"];
let status;
try {
  const result = spawnSync("npx", ["vitest", "run", ...embeddedOnly, ...process.argv.slice(2)], {
    stdio: "inherit",
    env: { ...process.env, TEST_DATABASE_URL: url },
  });
  status = result.status;
} finally {
  if (server) execFileSync("scripts/db/postgres-test-server.sh", ["stop", server.directory], { stdio: "inherit" });
}
process.exit(status ?? 1);

function startServer() {
  const output = execFileSync("scripts/db/postgres-test-server.sh", ["start"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [directory, url] = output.trim().split("\n").slice(-2);
  return { directory: directory.replace("directory ", ""), url };
}
