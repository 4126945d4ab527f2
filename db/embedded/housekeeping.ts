import type { Gate } from "./gate.ts";

/**
 * Does what a server's background processes do and an engine without processes does not: checkpoints, without which the
 * write-ahead log only grows, and the vacuum and the statistics that keep queries quick.
 * Each turn does at most one thing, between two requests; they all wait meanwhile.
 */
export function startHousekeeping(gate: Gate, onNotice: (message: string) => void): void {
  let checkpointAt = performance.now();
  const turn = async (): Promise<void> => {
    const [[walBytes] = []] = (await gate.maintain(walSinceCheckpoint, 0)) ?? [];
    if (walBytes === undefined) return;
    const isDue = performance.now() - checkpointAt > checkpointIntervalMs && Number(walBytes) > 0;
    if (Number(walBytes) > checkpointBytes || isDue) {
      await gate.maintain("checkpoint", 0);
      checkpointAt = performance.now();
      return;
    }
    const [[statement] = []] = (await gate.maintain(neediestTable, quietMs)) ?? [];
    if (statement) await gate.maintain(statement, quietMs);
  };
  // What fails here is not what anybody asked for: it is told and tried again.
  const fail = (error: unknown): void => onNotice(`Housekeeping of the database failed: ${String(error)}`);
  const next = (): void => void setTimeout(() => void turn().catch(fail).then(next), turnIntervalMs).unref();
  next();
}

const turnIntervalMs = 5_000;
const checkpointIntervalMs = 5 * 60_000;
const checkpointBytes = 64 * 1024 * 1024;
/** A vacuum of a large table takes seconds: it waits until nobody has asked for anything for this long. */
const quietMs = 1_000;

const walSinceCheckpoint = "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn) from pg_control_checkpoint()";

/** The thresholds of PostgreSQL's own autovacuum. */
const neediestTable = `
  select format('vacuum (analyze) %I.%I', s.schemaname, s.relname)
  from pg_stat_user_tables s join pg_class c on c.oid = s.relid
  where n_dead_tup > 50 + 0.2 * greatest(c.reltuples, 0)
     or n_ins_since_vacuum > 1000 + 0.2 * greatest(c.reltuples, 0)
     or n_mod_since_analyze > 50 + 0.1 * greatest(c.reltuples, 0)
  order by n_dead_tup + n_mod_since_analyze desc limit 1`;
