import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import postgres from "postgres";
import type { KillTarget, RunningTarget } from "#tests/rooms/support/kill-rounds.ts";
import type { ServerChild } from "../support/child.ts";
import { freePort } from "../support/free-port.ts";
import { DEMO_ADMIN, procedures, signedInSocket, signIn, startProduct } from "../support/product.ts";

export interface ProductDatabase {
  env: Record<string, string>;
  /** Kills the database's own process, with what it was doing. */
  kill(product: ServerChild): Promise<void>;
}

/** The built product on a demo workspace, reached as a browser reaches it: sign-in, then a socket per room. */
export async function productTarget(database: ProductDatabase, rooms: number): Promise<KillTarget> {
  const port = await freePort();
  const settings = { port, env: database.env };
  let product: ServerChild | undefined = await startProduct(settings);
  const cookie = await signIn(port, DEMO_ADMIN);
  const api = procedures(port, cookie);
  const { rows } = await api.opportunities.list.query({ limit: rooms });
  const opened = rows.map(({ id }) => api.rooms.open.mutate({ subjectType: "opportunity", subjectId: id }));
  const roomIds = (await Promise.all(opened)).map(({ roomId }) => roomId);
  const access: RunningTarget["access"] = {
    user: { id: "", name: "", color: "" },
    serverUrl: `ws://localhost:${port}/rooms`,
    WebSocket: signedInSocket(port, cookie),
  };
  return {
    roomIds,
    async start() {
      const running = product ?? (await startProduct(settings));
      product = undefined;
      return { access, kill: () => running.kill(), killDatabase: () => database.kill(running) };
    },
  };
}

export const embeddedIn = (dataDir: string): ProductDatabase => ({
  env: { DATA_DIR: dataDir },
  kill: ({ pid }) => {
    process.kill(databaseChildOf(pid), "SIGKILL");
    return Promise.resolve();
  },
});

/** `adminUrl` is a superuser's, of an empty database. */
export async function postgresAt(adminUrl: string): Promise<ProductDatabase> {
  const login = "ringside_bench";
  await asAdmin(adminUrl, (sql) => sql.unsafe(`create role ${login} login`));
  const url = new URL(adminUrl);
  url.username = login;
  return {
    // Not production, where nothing is seeded into a PostgreSQL database.
    env: { NODE_ENV: "development", DATABASE_URL: url.href, DATABASE_ADMIN_URL: adminUrl },
    async kill() {
      // The server answers the death of one of its processes by ending all and recovering from its log.
      const [backend] = await asAdmin(
        adminUrl,
        (sql) => sql<{ pid: number }[]>`
          select pid from pg_stat_activity where usename = ${login} and backend_type = 'client backend' limit 1`,
      );
      process.kill(backend!.pid, "SIGKILL");
    },
  };
}

async function asAdmin<T>(url: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

function databaseChildOf(pid: number): number {
  const children = execFileSync("ps", ["-o", "pid=", "--ppid", String(pid)], { encoding: "utf8" })
    .trim()
    .split(/\s+/);
  const found = children.find((child) => readFileSync(`/proc/${child}/cmdline`, "utf8").includes("embedded-server"));
  if (!found) throw new Error("The product has no database process");
  return Number(found);
}
