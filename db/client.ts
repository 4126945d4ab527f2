import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { connectEmbedded } from "./embedded/connect.ts";
import { startEmbedded } from "./embedded/start-embedded.ts";
import { fenceClient } from "./fenced-sql.ts";
import * as schema from "./schema/index.ts";

export type Database = PostgresJsDatabase<typeof schema>;

export interface DatabaseHandle {
  db: Database;
  /**
   * The client below `db`, for the job queue and for statements that drizzle cannot say. drizzle has taken over its
   * parsers for dates: they come as text here.
   */
  sql: postgres.Sql;
  kind: "embedded" | "postgres";
  /** Waits for running queries; closes the embedded cluster in good order. */
  close(): Promise<void>;
  /** Runs work whose transactions may stay open for long: migrations, dumps. Elsewhere the embedded database ends them. */
  withoutTimeLimit<T>(work: () => Promise<T>): Promise<T>;
}

export interface DatabaseSettings {
  /** A PostgreSQL server; without it the embedded database of `dataDir` is started. */
  databaseUrl?: string;
  dataDir: string;
  poolSize?: number;
  /** The embedded database is gone and could not be started again. By default this is an uncaught exception. */
  onFatal?: (error: Error) => void;
  /** The embedded database has something to tell the operator: a restart, a full disk. By default on the error stream. */
  onNotice?: (message: string) => void;
}

/** @throws DirectoryInUseError if another process has `dataDir` open */
export async function openDatabase(settings: DatabaseSettings): Promise<DatabaseHandle> {
  const { databaseUrl, poolSize = 10, onFatal = throwUncaught, ...embedded } = settings;
  if (databaseUrl) return connectPostgres(databaseUrl, poolSize);
  return connectEmbedded(await startEmbedded({ ...embedded, onFatal }));
}

function connectPostgres(url: string, poolSize: number): DatabaseHandle {
  const client = postgres(url, { ...clientOptions, max: poolSize });
  const sql = fenceClient(client, () => undefined);
  return {
    db: drizzle(sql, { schema }),
    sql,
    kind: "postgres",
    close: () => sql.end({ timeout: closeGraceSeconds }),
    withoutTimeLimit: (work) => work(),
  };
}

export const closeGraceSeconds = 5;

export const clientOptions = {
  // Counts and positions are plain numbers in the code; a value that a number cannot hold is an error, never rounded.
  types: { bigint: { to: 20, from: [20], serialize: String, parse: parseInt8 } },
  onnotice: () => undefined,
};

function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is not a safe integer`);
  return value;
}

function throwUncaught(error: Error): void {
  queueMicrotask(() => {
    throw error;
  });
}
