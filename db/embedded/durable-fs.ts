import { closeSync, cpSync, existsSync, fdatasyncSync, fsyncSync, openSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { NodeFS } from "@electric-sql/pglite/nodefs";

/** The part of Emscripten's file streams that is used here. */
interface Stream {
  /** Path inside the virtual machine. */
  path: string;
  /** File descriptor of the host. */
  nfd: number;
}

interface StreamOps {
  close(stream: Stream): void;
  write(stream: Stream, ...rest: unknown[]): number;
}

const walFolder = `${PGlite.paths.PGDATA}/pg_wal/`;
const controlFile = `${PGlite.paths.PGDATA}/global/pg_control`;

/**
 * A directory of the host as PGlite's file system, with the syncs that PGlite leaves out (it never calls fsync).
 *
 * `syncNow` makes the write-ahead log durable and is called before an answer leaves the database. Data files are synced
 * before the control file says that a checkpoint has them: the order on which crash recovery relies.
 */
export class DurableNodeFS extends NodeFS {
  private readonly dirtyWal = new Set<Stream>();
  private readonly dirtyFiles = new Set<string>();
  private readonly knownWal = new Set<string>();

  override async init(...[pg, options]: Parameters<NodeFS["init"]>): ReturnType<NodeFS["init"]> {
    const { emscriptenOpts } = await super.init(pg, options);
    const watchFirst = (module: { FS: unknown }): void => this.watch(nodeStreamOps(module.FS));
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [watchFirst, emscriptenOpts.preRun ?? []].flat() } };
  }

  override async syncToFs(): Promise<void> {
    this.syncNow();
  }

  /** Returns once everything written to the write-ahead log so far is on the disk. */
  syncNow(): void {
    if (this.dirtyWal.size === 0) return;
    let hasNewSegment = false;
    for (const stream of this.dirtyWal) {
      fdatasyncSync(stream.nfd);
      hasNewSegment ||= !this.knownWal.has(stream.path);
      this.knownWal.add(stream.path);
    }
    this.dirtyWal.clear();
    if (hasNewSegment) syncPath(this.hostPath(walFolder));
  }

  private watch(ops: StreamOps): void {
    const { write, close } = ops;
    ops.write = (stream, ...rest) => {
      if (stream.path === controlFile) this.syncDataFiles();
      const written = write(stream, ...rest);
      if (stream.path === controlFile) fdatasyncSync(stream.nfd);
      else if (stream.path.startsWith(walFolder)) this.dirtyWal.add(stream);
      else this.dirtyFiles.add(stream.path);
      return written;
    };
    ops.close = (stream) => {
      if (this.dirtyWal.delete(stream)) fdatasyncSync(stream.nfd);
      close(stream);
    };
  }

  private syncDataFiles(): void {
    const files = [...this.dirtyFiles].map((path) => this.hostPath(path)).filter((path) => existsSync(path));
    for (const path of files) syncPath(path);
    for (const folder of new Set(files.map((path) => dirname(path)))) syncPath(folder);
    this.dirtyFiles.clear();
  }

  private hostPath(path: string): string {
    return join(this.rootDir, path.slice(PGlite.paths.PGDATA.length));
  }
}

/** Copies a folder; returns once the copy is on the disk. */
export function copyDurably(from: string, to: string): void {
  cpSync(from, to, { recursive: true });
  for (const name of [".", ...readdirSync(to, { recursive: true, encoding: "utf8" })]) syncPath(join(to, name));
}

function syncPath(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Emscripten's types do not know its own node file system. */
function nodeStreamOps(fs: unknown): StreamOps {
  return (fs as { filesystems: { NODEFS: { stream_ops: StreamOps } } }).filesystems.NODEFS.stream_ops;
}
