// The integration tests on a real PostgreSQL: TEST_DATABASE_URL if it is set, else a throw-away server.
import { spawnSync } from "node:child_process";
import { startThrowAwayPostgres } from "./throw-away-postgres.mjs";

const server = process.env.TEST_DATABASE_URL ? undefined : startThrowAwayPostgres();
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
  server?.stop();
}
process.exit(status ?? 1);
