// A thread of its own: building documents takes milliseconds to seconds, and live rooms must not wait for it.
import { parentPort } from "node:worker_threads";
import type { CompactionJob } from "./jobs.ts";
import { createJobRunner } from "./run-job.ts";

const run = createJobRunner();

parentPort?.on("message", (job: CompactionJob) => parentPort?.postMessage(run(job)));
