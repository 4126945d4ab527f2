import { defineConfig } from "vitest/config";

// Browser journeys: the built product, a database of its own, and Chromium with two people at once.
export default defineConfig({
  test: {
    include: ["tests/e2e/**/*.e2e.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 240_000,
    fileParallelism: false,
    pool: "forks",
  },
});
