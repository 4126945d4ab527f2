import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import type { Logger } from "#server/core/log.ts";
import type { CompactionJob, CompactionResult } from "./jobs.ts";

type Question = Omit<CompactionJob, "id">;

interface Waiting {
  resolve(result: CompactionResult): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

// A document that takes longer was made to take long.
const JOB_LIMIT_MS = 30_000;

/** The thread that builds documents. It is started when first needed, and again after it died or hung. */
export class CompactionThread {
  private worker: Worker | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;
  /** Counts the threads so far: a new one remembers no document. */
  generation = 0;

  constructor(private readonly log: Logger) {}

  run(question: Question): Promise<CompactionResult> {
    const id = this.nextId++;
    const worker = (this.worker ??= this.start());
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.lose(worker, new Error("compaction took too long")), JOB_LIMIT_MS).unref();
      this.waiting.set(id, { resolve, reject, timer });
      worker.postMessage({ ...question, id } satisfies CompactionJob);
    });
  }

  async stop(): Promise<void> {
    const { worker } = this;
    if (worker) this.lose(worker, new Error("compaction stopped"));
    await worker?.terminate();
  }

  private start(): Worker {
    const worker = startWorker();
    worker.unref();
    this.generation++;
    worker.on("message", (result: CompactionResult) => {
      const waiting = this.waiting.get(result.id);
      this.waiting.delete(result.id);
      clearTimeout(waiting?.timer);
      waiting?.resolve(result);
    });
    worker.on("error", (error) => this.lose(worker, error as Error));
    worker.on("exit", () => this.lose(worker, new Error("compaction thread ended")));
    return worker;
  }

  private lose(worker: Worker, error: Error): void {
    if (this.worker !== worker) return;
    this.worker = undefined;
    if (this.waiting.size > 0) this.log.error({ err: error }, "room compaction thread lost");
    for (const { reject, timer } of this.waiting.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.waiting.clear();
    void worker.terminate();
  }
}

/** From the sources the thread runs through tsx, which it must be told by itself; in the bundle it is a file beside this one. */
function startWorker(): Worker {
  const isSource = fileURLToPath(import.meta.url).endsWith(".ts");
  if (!isSource) return new Worker(new URL("./compaction-worker.js", import.meta.url));
  const tsxFolder = dirname(createRequire(import.meta.url).resolve("tsx/package.json"));
  const tsx = pathToFileURL(join(tsxFolder, "dist/esm/api/index.mjs")).href;
  const source = new URL("./worker.ts", import.meta.url).href;
  const script = `import("${tsx}").then(({ register }) => { register(); return import("${source}"); });`;
  return new Worker(script, { eval: true });
}
