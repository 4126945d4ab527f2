// Measures the live rooms: how fast a letter reaches the others and the disk, beside other room servers on the same load,
// and whether anything that was called saved is lost when the product is killed. See docs/measurements.md.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runKillRounds } from "#tests/rooms/support/kill-rounds.ts";
import { startThrowAwayPostgres } from "../../db/throw-away-postgres.mjs";
import { pinLoadGenerator, SERVER_CORE } from "../support/cores.ts";
import { printTable, writeReport } from "../support/print.ts";
import { compare, printComparison, ratio } from "./compare.ts";
import { embeddedIn, postgresAt, productTarget, type ProductDatabase } from "./kill-product.ts";
import { floor, oursEmbedded, oursOnPostgres, stockServer } from "./targets.ts";

const { values } = parseArgs({
  options: {
    rooms: { type: "string", default: "50" },
    peers: { type: "string", default: "3" },
    /** Letters per second of each peer. */
    rate: { type: "string", default: "4" },
    seconds: { type: "string", default: "15" },
    rounds: { type: "string", default: "3" },
    kills: { type: "string", default: "20" },
    /** `load` or `kill`: that part alone. */
    only: { type: "string" },
    /** Where the JSON goes. */
    out: { type: "string" },
  },
});
/** Every so many rounds the database dies first, alone. */
const DATABASE_KILL_EVERY = 4;

const folder = mkdtempSync(join(tmpdir(), "ringside-bench-"));
const server = startThrowAwayPostgres({ durable: true, core: SERVER_CORE });
pinLoadGenerator();
// Every client of y-websocket listens for the end of the process.
process.setMaxListeners(0);
process.on("exit", () => {
  server.stop();
  rmSync(folder, { recursive: true, force: true });
});
const load = values.only === "kill" ? undefined : await measureLoad();
const kills = values.only === "load" ? undefined : await measureKills();
writeReport(values.out, { settings: values, load, kills });
process.exit(kills?.some(({ lost }) => lost.length > 0) ? 1 : 0);

async function measureLoad() {
  const peer = stockServer(join(folder, "leveldb"));
  const embedded = await oursEmbedded(join(folder, "rooms"));
  const onPostgres = await oursOnPostgres(await newDatabase("rooms"));
  const plan = {
    rooms: Number(values.rooms),
    peersPerRoom: Number(values.peers),
    charsPerSecond: Number(values.rate),
    warmUpMs: 3_000,
    measureMs: Number(values.seconds) * 1_000,
    rounds: Number(values.rounds),
  };
  console.log(`${plan.rooms} rooms, ${plan.peersPerRoom} writers in each, ${plan.charsPerSecond} letters/s per writer`);
  const result = await compare([floor, embedded, onPostgres, stockServer(), peer], plan);
  printComparison(result, floor.name, peer.name);
  const { rounds, medians } = result;
  const bars = [
    ["receipt p99, PostgreSQL", medians[onPostgres.name]!.receiptP99, 25],
    ["receipt p99, embedded", medians[embedded.name]!.receiptP99, 40],
    ["propagation p99 / floor, PostgreSQL", ratio(rounds[onPostgres.name]!, rounds[floor.name]), 1.15],
    ["propagation p99 / peer with storage, PostgreSQL", ratio(rounds[onPostgres.name]!, rounds[peer.name]), 0.9],
  ] as const;
  printTable(
    ["bar", "measured", "at most", ""],
    bars.map(([name, value, bar]) => [name, value.toFixed(2), String(bar), value <= bar ? "met" : "missed"]),
  );
  return result;
}

async function measureKills() {
  const databases: [string, ProductDatabase][] = [
    ["embedded", embeddedIn(join(folder, "product"))],
    ["PostgreSQL", await postgresAt(await newDatabase("product"))],
  ];
  const reports = [];
  for (const [name, database] of databases) {
    console.log(`kill -9 under load, ${name}`);
    const report = await runKillRounds(await productTarget(database, 4), {
      rounds: Number(values.kills),
      writersPerRoom: 3,
      wordMs: 25,
      loadMs: () => 1_000 + Math.random() * 1_500,
      killsDatabase: (round) => round % DATABASE_KILL_EVERY === 1,
      onRound: ({ rounds, acknowledged, lost }) =>
        console.log(`  ${rounds}: ${acknowledged} edits acknowledged, ${lost.length} lost`),
    });
    reports.push({ database: name, ...report });
  }
  printTable(
    ["database", "kills of all", "of the database alone first", "acknowledged", "acknowledged and lost"],
    reports.map((r) => [r.database, ...[r.rounds, r.databaseKills, r.acknowledged, r.lost.length].map(String)]),
  );
  return reports;
}

/** @returns the superuser's URL of a new database */
async function newDatabase(name: string): Promise<string> {
  const { default: postgres } = await import("postgres");
  const sql = postgres(server.url, { max: 1, onnotice: () => undefined });
  await sql`create database ${sql(name)}`;
  await sql.end();
  return server.url.replace(/\/postgres$/, `/${name}`);
}
