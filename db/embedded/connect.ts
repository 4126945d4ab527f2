import { drizzle } from "drizzle-orm/postgres-js";
import type { Socket } from "node:net";
import postgres from "postgres";
import { clientOptions, closeGraceSeconds, type DatabaseHandle } from "../client.ts";
import { fenceClient } from "../fenced-sql.ts";
import * as schema from "../schema/index.ts";

export interface EmbeddedServer {
  /** A socket to the database. Never rejects: the client library expects failures as socket errors. */
  openSocket(): Promise<Socket>;
  /** Why the last connection ended, if the server ended it. */
  explainLoss(): string | undefined;
  /** Transactions may stay open for long until the returned function is called. */
  liftTimeLimit(): () => void;
  close(): Promise<void>;
}

/** The client's side of an embedded database that is running. */
export function connectEmbedded(server: EmbeddedServer): DatabaseHandle {
  const client = postgres(socketOptions(() => server.openSocket()));
  const sql = fenceClient(client, () => server.explainLoss());
  return {
    db: drizzle(sql, { schema }),
    sql,
    kind: "embedded",
    close: async () => {
      await sql.end({ timeout: closeGraceSeconds });
      await server.close();
    },
    withoutTimeLimit: async (work) => {
      const restore = server.liftTimeLimit();
      try {
        return await work();
      } finally {
        restore();
      }
    },
  };
}

/** The library's types leave out `socket`, which its documentation has. */
function socketOptions(openSocket: () => Promise<Socket>): postgres.Options<Record<string, postgres.PostgresType>> {
  const options = {
    ...clientOptions,
    // One connection, kept for good: the wire server is sound with one client only.
    max: 1,
    max_lifetime: null,
    backoff: () => reconnectDelaySeconds,
    socket: openSocket,
    username: "postgres",
    database: "postgres",
  };
  return options;
}

const reconnectDelaySeconds = 0.05;
