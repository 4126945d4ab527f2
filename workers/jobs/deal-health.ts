import { keepAllHealth } from "#server/priorities/index.ts";
import { defineClock } from "../define-job.ts";

/** Deals grow stale by the calendar alone: each open one is looked at every day, and soon after new weights were published. */
export const keepDealHealth = defineClock({
  name: "priorities.health",
  everySeconds: 60,
  async run({ contextFor, isStopping }) {
    await keepAllHealth(contextFor("").db, contextFor, isStopping);
  },
});
