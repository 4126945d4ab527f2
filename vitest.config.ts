import { defineConfig } from "vitest/config";

// Unit and integration tests on the embedded database (or, with TEST_DATABASE_URL, on a PostgreSQL server).
export default defineConfig({
  test: {
    include: [
      "{app,server,db,ai,workers,scripts}/**/*.test.{ts,tsx}",
      "tests/{integration,rooms,security,data,setup}/**/*.test.ts",
    ],
    globalSetup: ["tests/setup/global-setup.ts"],
    setupFiles: ["tests/setup/fail-on-console-error.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    pool: "forks",
  },
});
