import { sql } from "drizzle-orm";
import PgBoss from "pg-boss";
import type { Sql } from "postgres";
import type { Database } from "#db/client.ts";
import { log } from "#server/core/log.ts";
import type { Job, JobPayload } from "./define-job.ts";

const SCHEMA = "pgboss";
const DEAD_LETTER = "dead-letter";

/** The job queue, in the product's own database. */
export interface Queue {
  /** Enqueues inside the open transaction: the job exists only if that commits. */
  send(tx: Database, job: Job, payload: JobPayload): Promise<void>;
  /** Starts to work off `jobs`, one of a kind at a time. */
  work(jobs: readonly Job[], run: (job: Job, payload: JobPayload) => Promise<void>): Promise<void>;
  /** Looks at once instead of at the next poll. */
  wake(): void;
  stop(): Promise<void>;
}

const asDb = (client: Sql): PgBoss.Db => ({
  executeSql: async (text, values) => {
    const rows = await client.unsafe(text, (values ?? []).map(toParameter) as never[]);
    return { rows: Array.isArray(rows) ? [...rows] : [] };
  },
});

/** drizzle switches the client's own serializers off, so plain objects and dates must arrive as text. */
function toParameter(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (value instanceof Date) return value.toISOString();
  return typeof value === "object" && !Array.isArray(value) ? JSON.stringify(value) : value;
}

/** Creates the queue's tables and queues; by the owner's login on PostgreSQL, for queues are tables of their own. */
export async function prepareQueues(client: Sql, jobs: readonly Job[]): Promise<void> {
  const boss = new PgBoss({ db: asDb(client), schema: SCHEMA, supervise: false, schedule: false });
  boss.on("error", (error) => log.error({ err: error }, "queue"));
  await boss.start();
  const existing = new Set((await boss.getQueues()).map(({ name }) => name));
  if (!existing.has(DEAD_LETTER)) await boss.createQueue(DEAD_LETTER);
  for (const { name, maxAttempts, expireSeconds } of jobs) {
    const options = {
      name,
      retryLimit: maxAttempts - 1,
      retryBackoff: true,
      retryDelay: 2,
      expireInSeconds: expireSeconds,
      deadLetter: DEAD_LETTER,
    };
    if (existing.has(name)) await boss.updateQueue(name, options);
    else await boss.createQueue(name, options);
  }
  await boss.stop({ graceful: false, close: false });
}

/** Lets the application's two roles, and logins, work with the queue's tables without owning them. */
export async function grantQueues(owner: Sql, logins: readonly string[]): Promise<void> {
  for (const grantee of [...logins, "ringside_app", "ringside_system"]) {
    await owner`grant usage on schema pgboss to ${owner(grantee)}`;
    await owner`grant select, insert, update, delete on all tables in schema pgboss to ${owner(grantee)}`;
    await owner`grant execute on all functions in schema pgboss to ${owner(grantee)}`;
  }
}

/** For the one process of an embedded database: what was running when it died is nobody's now and may be tried at once. */
export async function releaseOrphans(client: Sql): Promise<void> {
  await client`update pgboss.job set state = 'retry', start_after = now() where state = 'active'`;
}

/** `client` must be a pool of one: the queue's maintenance opens transactions of its own. */
export async function startQueue(client: Sql): Promise<Queue> {
  const boss = new PgBoss({
    db: asDb(client),
    schema: SCHEMA,
    migrate: false,
    schedule: false,
    maintenanceIntervalSeconds: 120,
  });
  boss.on("error", (error) => log.error({ err: error }, "queue"));
  await boss.start();
  const workers: string[] = [];
  return {
    async send(tx, job, payload) {
      await boss.send(job.name, payload, { db: { executeSql: (text, values) => executeText(tx, text, values) } });
    },
    async work(jobs, run) {
      for (const job of jobs) {
        const handle = async ([one]: PgBoss.Job<JobPayload>[]): Promise<void> => {
          // The next one is fetched when this one ends, not at the next poll.
          boss.notifyWorker(worker);
          if (one) await run(job, one.data);
        };
        const worker = await boss.work<JobPayload>(job.name, { batchSize: 1, pollingIntervalSeconds: 5 }, handle);
        workers.push(worker);
      }
    },
    wake: () => workers.forEach((id) => boss.notifyWorker(id)),
    stop: () => boss.stop({ graceful: true, timeout: 8_000, close: false, wait: true }),
  };
}

/** Runs the queue's own SQL on an open drizzle transaction; `text` is the library's, never a user's. */
async function executeText(tx: Database, text: string, values: unknown[]): Promise<{ rows: unknown[] }> {
  const parts = text.split(/\$(\d+)/);
  const chunks = parts.map((part, index) =>
    // eslint-disable-next-line no-restricted-properties
    index % 2 === 0 ? sql.raw(part) : sql`${toParameter(values[Number(part) - 1])}`,
  );
  return { rows: [...(await tx.execute(sql.join(chunks)))] };
}
