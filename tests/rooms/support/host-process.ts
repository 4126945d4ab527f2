import { fork, type ChildProcess } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

export interface HostSettings {
  port?: number;
  roomIds: readonly string[];
  database: { dataDir: string } | { url: string };
  /** The processor it is kept on, with its database; any if absent. */
  core?: number | undefined;
}

/** A process with a room server on it, in a process group of its own so that it can be killed with all it started. */
export class HostProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  static async start({ port = 0, roomIds, database, core }: HostSettings): Promise<HostProcess> {
    const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
    const pinned = { execPath: "taskset", execArgv: ["-c", String(core), process.execPath, "--import", tsx] };
    const child = fork(fileURLToPath(new URL("./room-host.ts", import.meta.url)), {
      ...(core === undefined ? { execArgv: ["--import", tsx] } : pinned),
      detached: true,
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      env: {
        ...process.env,
        LOG_LEVEL: "fatal",
        HOST_PORT: String(port),
        HOST_ROOMS: roomIds.join(","),
        ...("url" in database ? { DATABASE_URL: database.url } : { DATA_DIR: database.dataDir, DATABASE_URL: "" }),
      },
    });
    const listening = await new Promise<number>((resolve, reject) => {
      child.once("message", (message: { port: number }) => resolve(message.port));
      child.once("exit", (code, signal) => reject(new Error(`the host ended before it listened (${signal ?? code})`)));
    });
    return new HostProcess(child, listening);
  }

  /** Where stock clients connect. */
  get url(): string {
    return `ws://127.0.0.1:${this.port}/rooms`;
  }

  get pid(): number {
    return this.child.pid!;
  }

  usage(): Promise<{ cpu: NodeJS.CpuUsage; memory: NodeJS.MemoryUsage }> {
    return new Promise((resolve) => {
      this.child.once("message", resolve);
      this.child.send("usage");
    });
  }

  /** Ends the host and its database at once, without a chance to save anything. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.child.once("exit", resolve));
    // Only the group this class started: the host and its embedded database.
    process.kill(-this.pid, "SIGKILL");
    await gone;
  }
}
