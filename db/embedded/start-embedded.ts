import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import type { EmbeddedServer } from "./connect.ts";
import { Supervisor } from "./supervisor.ts";

/** A running embedded database, with the address that another process of this machine may be told. */
export interface StartedServer extends EmbeddedServer {
  socketPath: string;
}

export interface EmbeddedSettings {
  dataDir: string;
  /** The database is gone and could not be started again. */
  onFatal: (error: Error) => void;
  /** Something an operator should know: a restart, a full disk. */
  onNotice?: (message: string) => void;
  /** A transaction open for longer is ended: it holds the only connection. */
  transactionLimitMs?: number;
}

/** Starts the database of a data directory; resolves when it accepts its client. */
export async function startEmbedded(settings: EmbeddedSettings): Promise<StartedServer> {
  const { onFatal, onNotice = writeToStderr, transactionLimitMs = 10_000 } = settings;
  const dataDir = resolve(settings.dataDir);
  const runtimeDir = makeRuntimeDir(dataDir);
  const removeRuntimeDir = (): void => rmSync(runtimeDir, { recursive: true, force: true });
  const socketPath = join(runtimeDir, socketName);
  const supervisor = new Supervisor({ dataDir, socketPath, transactionLimitMs, onFatal, onNotice });
  try {
    await supervisor.whenReady();
  } catch (error) {
    removeRuntimeDir();
    throw error;
  }
  // The directory is ours now, so the others were left by processes that were killed.
  if (dirname(runtimeDir) === runtimeParent(dataDir)) removeSiblings(runtimeDir);
  return {
    socketPath,
    openSocket: () => supervisor.openSocket(),
    explainLoss: () => (supervisor.takeOverdue() ? overdueMessage(transactionLimitMs) : undefined),
    liftTimeLimit: () => supervisor.liftTimeLimit(),
    close: async () => {
      await supervisor.stop();
      removeRuntimeDir();
    },
  };
}

const overdueMessage = (limitMs: number): string =>
  `The transaction was open for more than ${limitMs / 1000} s and was ended: nothing slow belongs inside one`;

function writeToStderr(message: string): void {
  process.stderr.write(`${message}\n`);
}

const socketName = "s";
/** macOS allows 103 bytes, Linux 107. */
const maxSocketPath = 100;

/** A folder only this user can enter: whoever can reach the socket is the database's superuser. */
function makeRuntimeDir(dataDir: string): string {
  const parent = runtimeParent(dataDir);
  const isShort = Buffer.byteLength(join(parent, "XXXXXX", socketName)) <= maxSocketPath;
  if (!isShort) return mkdtempSync(join(tmpdir(), "ringside-"));
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  return mkdtempSync(`${parent}/`);
}

const runtimeParent = (dataDir: string): string => join(dataDir, "run");

function removeSiblings(folder: string): void {
  for (const name of readdirSync(dirname(folder))) {
    if (name !== basename(folder)) rmSync(join(dirname(folder), name), { recursive: true, force: true });
  }
}
