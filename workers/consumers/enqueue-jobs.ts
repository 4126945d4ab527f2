import type { Consumer } from "#server/core/consumers.ts";
import { payloadOf, type Job } from "../define-job.ts";
import type { Queue } from "../queue.ts";

/** Turns events into jobs, in the transaction that moves the cursor: no event without its jobs, no job twice. */
export const enqueueJobs = (queue: Queue, jobs: readonly Job[]): Consumer => ({
  name: "jobs",
  wants: (type) => jobs.some((job) => job.on.includes(type)),
  async handle(ctx, events) {
    for (const event of events)
      for (const job of jobs) if (job.on.includes(event.type)) await queue.send(ctx.db, job, payloadOf(event));
  },
});
