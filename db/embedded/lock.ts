import {
  linkSync,
  lstatSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomBytes } from "node:crypto";

/** Another process has the data directory open. */
export class DirectoryInUseError extends Error {}

interface Holder {
  pid: number;
  childPid: number;
}

/**
 * Takes the data directory for this process until it ends, however it ends.
 *
 * The lock is a listening unix socket named `lock.<n>` in the directory: the kernel closes it with its process, so "is the
 * holder alive?" is "does it accept?", also across containers that share the volume, where pids mean nothing. Numbers
 * only grow: a stale `lock.4` is not replaced but followed by `lock.5`, which `link` lets only one process create; so two
 * starters that both found 4 stale cannot both win.
 * @throws DirectoryInUseError naming the holder
 */
export async function lockDirectory(dataDir: string, ownerPid: number): Promise<void> {
  const folder = realpathSync(dataDir);
  const candidate = `lock-candidate-${process.pid}-${randomBytes(4).toString("hex")}`;
  // The server is never closed: it lives as long as the process.
  await listenIn(folder, candidate);
  try {
    await claim(folder, candidate);
  } finally {
    rmSync(join(folder, candidate), { force: true });
  }
  writeFileSync(holderFile(folder), JSON.stringify({ pid: ownerPid, childPid: process.pid } satisfies Holder));
}

async function claim(folder: string, candidate: string): Promise<void> {
  const patience = Date.now() + orphanGraceMs;
  for (;;) {
    const newest = Math.max(0, ...lockNumbers(folder));
    if (newest > 0 && (await accepts(folder, `lock.${newest}`))) {
      // A killed server's child may be finishing its last statement: it goes by itself.
      if (Date.now() > patience || isAlive(readHolder(folder)?.pid)) throw new DirectoryInUseError(describe(folder));
      await new Promise((resolve) => setTimeout(resolve, 100));
      continue;
    }
    if (!tryLink(join(folder, candidate), join(folder, `lock.${newest + 1}`))) continue;
    // Somebody with an old view of the directory may link a number that was already used and cleaned up.
    if (Math.max(...lockNumbers(folder)) !== newest + 1) {
      rmSync(join(folder, `lock.${newest + 1}`), { force: true });
      continue;
    }
    for (const older of lockNumbers(folder))
      if (older <= newest) rmSync(join(folder, `lock.${older}`), { force: true });
    return;
  }
}

const orphanGraceMs = 5_000;

/** Socket addresses are limited to about 100 bytes, paths are not: the folder is reached through a short symbolic link. */
async function throughShortLink<T>(folder: string, work: (short: string) => Promise<T>): Promise<T> {
  const short = join(tmpdir(), `rs-${process.pid}-${randomBytes(6).toString("hex")}`);
  symlinkSync(folder, short);
  try {
    return await work(short);
  } finally {
    rmSync(short, { force: true });
  }
}

function listenIn(folder: string, name: string): Promise<Server> {
  return throughShortLink(
    folder,
    (short) =>
      new Promise((resolve, reject) => {
        const server = createServer((socket) => socket.destroy());
        server.once("error", reject);
        server.listen(join(short, name), () => resolve(server.unref()));
      }),
  );
}

function accepts(folder: string, name: string): Promise<boolean> {
  return throughShortLink(
    folder,
    (short) =>
      new Promise((resolve, reject) => {
        const socket = connect(join(short, name));
        socket.once("connect", () => resolve(true));
        socket.once("error", (error: NodeJS.ErrnoException) => {
          if (error.code === "ECONNREFUSED" || error.code === "ENOENT") resolve(false);
          // A full backlog is the sign of a living listener.
          else if (error.code === "EAGAIN" || error.code === "ECONNRESET") resolve(true);
          else reject(error);
        });
        socket.once("close", () => socket.destroy());
        socket.once("connect", () => socket.destroy());
      }),
  );
}

const lockNumbers = (folder: string): number[] =>
  readdirSync(folder).flatMap((name) => (/^lock\.\d+$/.test(name) ? [Number(name.slice("lock.".length))] : []));

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

const holderFile = (folder: string): string => join(folder, "holder.json");

function readHolder(folder: string): Holder | undefined {
  try {
    lstatSync(holderFile(folder));
    return JSON.parse(readFileSync(holderFile(folder), "utf8")) as Holder;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function describe(folder: string): string {
  const holder = readHolder(folder);
  const who = holder ? `process ${holder.pid}` : "another process";
  return `The data directory ${folder} is in use by ${who}. Stop it first, or choose another directory with DATA_DIR.`;
}
