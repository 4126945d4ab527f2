import { statfsSync } from "node:fs";

const megabyte = 1024 * 1024;
/** Three segments of the write-ahead log: enough for the largest ordinary transaction, a checkpoint and a restart. */
const tooLittle = 48 * megabyte;
/** Higher, so that the state does not flicker. */
const enoughAgain = 64 * megabyte;
const checkIntervalMs = 200;

/**
 * Says whether the disk of `folder` is too full to write. Asking costs a system call at most five times a second.
 * `onChange` hears each change in words.
 */
export function watchDisk(folder: string, onChange: (message: string) => void): () => boolean {
  let isFull = false;
  let checkedAt = -Infinity;
  return () => {
    if (performance.now() - checkedAt < checkIntervalMs) return isFull;
    checkedAt = performance.now();
    const free = freeBytes(folder);
    const wasFull = isFull;
    isFull = free < (wasFull ? enoughAgain : tooLittle);
    if (isFull !== wasFull) onChange(isFull ? fullMessage(folder, free) : "The disk has room again: writing goes on.");
    return isFull;
  };
}

/** @throws Error if the database could not even start: recovery needs to write. */
export function requireSpace(folder: string): void {
  const free = freeBytes(folder);
  if (free < minimumToStart) throw new Error(`${fullMessage(folder, free)} The database needs more to start.`);
}

/** One segment of the write-ahead log, and a little. */
const minimumToStart = 20 * megabyte;

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

const fullMessage = (folder: string, free: number): string =>
  `The disk is full: ${Math.floor(free / megabyte)} MB are left for ${folder}. The database is read-only until there are ${enoughAgain / megabyte} MB.`;
