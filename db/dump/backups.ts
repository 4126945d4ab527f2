import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { DatabaseHandle } from "../client.ts";
import { dumpDatabase } from "./dump-database.ts";

/** Where dumps of a data directory go unless told otherwise: beside it, so that what destroys the one spares the other. */
export const backupFolder = (dataDir: string): string => `${resolve(dataDir)}-backups`;

const keptDumps = 7;
const dumpName = /^ringside-.*\.dump\.gz$/;

/** Writes a dump with the time in its name and removes all but the newest seven. @returns its path */
export async function backUp(handle: DatabaseHandle, folder: string, now = new Date()): Promise<string> {
  // Left by a process that was killed in the middle.
  for (const name of readdirIfAny(folder)) if (name.endsWith(".partial")) rmSync(join(folder, name), { force: true });
  const file = join(folder, `ringside-${now.toISOString().replace(/[:.]/g, "-")}.dump.gz`);
  await dumpDatabase(handle, file);
  for (const older of listDumps(folder).slice(keptDumps)) rmSync(older);
  return file;
}

/** Newest first. */
export function listDumps(folder: string): string[] {
  const names = readdirIfAny(folder).filter((name) => dumpName.test(name));
  return names
    .sort()
    .reverse()
    .map((name) => join(folder, name));
}

const readdirIfAny = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

export interface BackupSchedule {
  /** Takes a last dump. */
  stop(): Promise<void>;
}

/**
 * Takes a dump whenever the newest is a day old, and a last one at the stop. Counting from the newest dump and not by
 * the clock suits a laptop that sleeps at night. The caller hears of each in `onDump`, of a failed one in `onFailure`.
 */
export function startBackups(
  handle: DatabaseHandle,
  folder: string,
  { onDump, onFailure }: { onDump: (file: string) => void; onFailure: (error: unknown) => void },
): BackupSchedule {
  let running = Promise.resolve();
  const take = (): Promise<void> => (running = running.then(() => backUp(handle, folder)).then(onDump, onFailure));
  const startedAt = Date.now();
  const isDue = (): boolean => {
    const [newest] = listDumps(folder);
    return newest ? Date.now() - statSync(newest).mtimeMs > dayMs : Date.now() - startedAt > firstAfterMs;
  };
  const timer = setInterval(() => {
    if (isDue() || takeRequest(folder)) void take();
  }, checkIntervalMs).unref();
  return {
    stop() {
      clearInterval(timer);
      return take();
    },
  };
}

/** A new installation is busy at its start and has nothing to lose yet. */
const firstAfterMs = 60 * 60_000;
const dayMs = 24 * 60 * 60_000;
const checkIntervalMs = 2_000;

/** A file by which another process asks the one that holds the directory for a dump. */
export const requestFile = (folder: string): string => join(folder, "dump-now");

function takeRequest(folder: string): boolean {
  const isAsked = existsSync(requestFile(folder));
  rmSync(requestFile(folder), { force: true });
  return isAsked;
}
