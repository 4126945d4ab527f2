import PgBoss from "pg-boss";
import type postgres from "postgres";

/** Lets the job queue make its own tables, of its own version. `sql` must be a pool of one. */
export async function createQueueTables(sql: postgres.Sql): Promise<void> {
  const db: PgBoss.Db = {
    executeSql: async (text, values: unknown[] = []) => {
      const parameters = values.map((value) => value ?? null) as postgres.ParameterOrJSON<never>[];
      return { rows: [...(await sql.unsafe(text, parameters))] };
    },
  };
  const boss = new PgBoss({ db, schema: "pgboss", supervise: false, schedule: false });
  boss.on("error", () => undefined);
  await boss.start();
  await boss.stop({ graceful: false, close: false });
}

/** Queues are partitions, so they are made by the queue's own function and not by inserting rows. */
export async function insertQueues(
  tx: postgres.TransactionSql,
  columns: readonly string[],
  rows: readonly (readonly (string | null)[])[],
): Promise<void> {
  const valueOf = (column: string, index: number): string | null => rows[columns.indexOf(column)]?.[index] ?? null;
  const queues = (rows[0] ?? []).map((_, index) => ({
    name: valueOf("name", index),
    deadLetter: valueOf("dead_letter", index),
    policy: valueOf("policy", index),
    retryLimit: valueOf("retry_limit", index),
    retryDelay: valueOf("retry_delay", index),
    retryBackoff: valueOf("retry_backoff", index),
    expireInSeconds: valueOf("expire_seconds", index),
    retentionMinutes: valueOf("retention_minutes", index),
  }));
  // A queue of dead letters must exist before the queues that name it.
  for (const { name, ...options } of queues.sort((a, b) => Number(!!a.deadLetter) - Number(!!b.deadLetter))) {
    await tx`select pgboss.create_queue(${name}, ${JSON.stringify(options)}::text::json)`;
  }
}
