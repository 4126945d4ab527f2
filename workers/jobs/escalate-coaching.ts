import { escalateDue } from "#server/coaching/index.ts";
import { defineClock } from "../define-job.ts";

/** The clock of unanswered coaching. It asks the database what is due, so time spent switched off is caught up. */
export const escalateCoaching = defineClock({
  name: "coaching.escalate",
  everySeconds: 10,
  async run({ contextFor }) {
    const ctx = contextFor("");
    const count = await escalateDue(ctx.db, contextFor);
    if (count > 0) ctx.log.info({ count }, "coaching escalated");
  },
});
