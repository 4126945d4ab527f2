import { randomUUID } from "node:crypto";
import type { Sql } from "postgres";
import type { Database } from "#db/client.ts";
import { startConsumers } from "#server/core/consumers.ts";
import type { RequestContext } from "#server/core/context.ts";
import { log } from "#server/core/log.ts";
import { startSequencer } from "#server/core/sequencer.ts";
import { enqueueJobs } from "./consumers/enqueue-jobs.ts";
import type { Clock } from "./define-job.ts";
import { CLOCKS, CONSUMERS, JOBS } from "./jobs/index.ts";
import { startQueue } from "./queue.ts";

interface WorkerSettings {
  db: Database;
  /** A pool of one connection for the job queue. */
  queueClient: Sql;
  /** Safety net behind the wake-up signal. */
  pollMs: number;
  now(): Date;
}

/** Everything that works behind the screens: sequencer, followers of the log, jobs, clocks. */
export async function startWorkers({
  db,
  queueClient,
  pollMs,
  now,
}: WorkerSettings): Promise<{ stop(): Promise<void> }> {
  const queue = await startQueue(queueClient);
  const contextFor = (workspaceId: string, name: string): RequestContext => {
    const requestId = randomUUID();
    return { db, workspaceId, actor: { kind: "job", name }, requestId, log: log.child({ requestId, job: name }), now };
  };
  const jobsConsumer = enqueueJobs(queue, JOBS);
  const wakeQueue = { ...jobsConsumer, handle: wakeAfter(jobsConsumer.handle, queue.wake) };
  const followers = [startSequencer(db, pollMs), startConsumers(db, [wakeQueue, ...CONSUMERS], pollMs, now)];
  const clocks = CLOCKS.map((clock) => startClock(clock, (workspaceId) => contextFor(workspaceId, clock.name)));
  await queue.work(JOBS, (job, payload) => job.run(contextFor(payload.workspaceId, job.name), payload));
  return {
    async stop() {
      await Promise.all([...followers, ...clocks].map((part) => part.stop()));
      await queue.stop();
    },
  };
}

/** The job is visible to the queue once its transaction has committed, a moment later. */
const wakeAfter =
  <Args extends unknown[]>(handle: (...args: Args) => Promise<void>, wake: () => void) =>
  async (...args: Args): Promise<void> => {
    await handle(...args);
    setTimeout(wake, 50).unref();
  };

function startClock(clock: Clock, contextFor: (workspaceId: string) => RequestContext): { stop(): Promise<void> } {
  let running: Promise<void> | undefined;
  let isStopping = false;
  const tick = (): void => {
    running ??= clock
      .run({ contextFor, isStopping: () => isStopping })
      .catch((error: unknown) => log.error({ err: error, clock: clock.name }, "clock failed"))
      .finally(() => (running = undefined));
  };
  const timer = setInterval(tick, clock.everySeconds * 1000);
  tick();
  return {
    async stop() {
      isStopping = true;
      clearInterval(timer);
      await running;
    },
  };
}
