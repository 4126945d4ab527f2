// The database's own process: PGlite computes without yielding, so it gets an event loop of its own.
import { mkdirSync, rmSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import type { ChildSettings, ToChild, ToParent } from "./messages.ts";

// The parent is gone, perhaps before this line. Whatever is committed survives this like a crash; what is not was never acknowledged.
process.on("disconnect", () => process.exit(0));
if (!process.connected) process.exit(0);

// Halves the processor time of a start; most of the engine's functions are never called. Unknown flags are ignored.
setFlagsFromString("--wasm-lazy-compilation");

const { PGLiteSocketServer } = await import("@electric-sql/pglite-socket");
const { requireSpace, watchDisk } = await import("./disk-watch.ts");
const { openEngine } = await import("./engine.ts");
const { asPGlite, Gate } = await import("./gate.ts");
const { startHousekeeping } = await import("./housekeeping.ts");
const { die, hear } = await import("./last-words.ts");
const { DirectoryInUseError, lockDirectory } = await import("./lock.ts");

const settings = JSON.parse(process.argv[2] ?? "{}") as ChildSettings;

// A key press in the terminal reaches the whole process group; the parent decides when its database stops.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
process.on("uncaughtException", die);
process.on("unhandledRejection", die);

try {
  await serve();
} catch (error) {
  if (error instanceof DirectoryInUseError) tell({ type: "refused", message: error.message }, () => process.exit(1));
  else die(error);
}

async function serve(): Promise<void> {
  mkdirSync(settings.dataDir, { recursive: true, mode: 0o700 });
  await lockDirectory(settings.dataDir, process.ppid);
  requireSpace(settings.dataDir);
  const engine = await openEngine(settings.dataDir, (line) => {
    hear(line);
    if (line.includes("PANIC:")) die(new Error(line));
  });
  const gate = new Gate(engine, {
    transactionLimitMs: settings.transactionLimitMs,
    onOverdueTransaction: () => tell({ type: "transaction-overdue" }),
    onFailure: die,
    isDiskFull: watchDisk(settings.dataDir, (message) => tell({ type: "notice", message })),
  });
  // Only a killed predecessor's socket can be here: the directory is locked.
  rmSync(settings.socketPath, { force: true });
  const server = new PGLiteSocketServer({ db: asPGlite(gate), path: settings.socketPath, maxConnections: 1 });
  await server.start();
  startHousekeeping(gate, (message) => tell({ type: "notice", message }));

  process.on("message", (message: ToChild) => {
    if (message.type === "transaction-limit") gate.limitTransactions(message.ms);
    else void stop();
  });
  tell({ type: "ready" });

  async function stop(): Promise<void> {
    await server.stop();
    await engine.pg.close();
    process.exit(0);
  }
}

function tell(message: ToParent, sent: () => void = () => undefined): void {
  if (process.connected) process.send?.(message, undefined, {}, sent);
  else sent();
}
