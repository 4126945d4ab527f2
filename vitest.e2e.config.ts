import { defineConfig } from "vitest/config";

// The built product as a process of its own: browser journeys in Chromium, and what it does with hostile requests and bad luck.
export default defineConfig({
  test: {
    include: ["tests/e2e/**/*.e2e.test.ts", "tests/product/**/*.test.ts"],
    testTimeout: 240_000,
    hookTimeout: 240_000,
    fileParallelism: false,
    pool: "forks",
  },
});
