import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { packageRoot } from "#db/package-root.ts";

interface ProductOptions {
  dataDir?: string;
  port?: number;
  args?: string[];
  env?: Record<string, string>;
}

/** The built product as a process of its own, with nothing of the test in it. */
export class RunningProduct {
  output = "";
  exitCode: number | null = null;

  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
    readonly dataDir: string,
  ) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
    child.once("exit", (code) => (this.exitCode = code));
  }

  /** Starts it and waits until it answers. @throws Error with its words when it ends instead */
  static async start(options: ProductOptions = {}): Promise<RunningProduct> {
    const product = await RunningProduct.launch(options);
    for (;;) {
      if (product.hasEnded) throw new Error(`The product ended with ${product.exitCode}: ${product.output}`);
      if (/Ringside is ready at/.test(product.output)) return product;
      await delay(50);
    }
  }

  /** Starts it and does not wait. */
  static async launch({ dataDir, port, args = [], env = {} }: ProductOptions): Promise<RunningProduct> {
    const chosenPort = port ?? (await freePort());
    const folder = dataDir ?? join(mkdtempSync(join(tmpdir(), "ringside-product-")), "data");
    const child = spawn(process.execPath, [join(packageRoot(), "build", "index.js"), ...args], {
      cwd: packageRoot(),
      // A group of its own, so that a kill takes everything it started.
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        NODE_ENV: "production",
        PATH: process.env.PATH ?? "",
        PORT: String(chosenPort),
        DATA_DIR: folder,
        LOG_LEVEL: "info",
        RINGSIDE_DEMO: "off",
        ...env,
      },
    });
    return new RunningProduct(child, chosenPort, folder);
  }

  get origin(): string {
    return `http://localhost:${this.port}`;
  }

  get pid(): number {
    return this.child.pid!;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** The embedded database's process. */
  get databasePid(): number {
    return (JSON.parse(readFileSync(join(this.dataDir, "holder.json"), "utf8")) as { childPid: number }).childPid;
  }

  /** Memory of the web process, in MB. */
  get residentMb(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** kill -9 of everything at once, as a power button would. */
  async killAll(): Promise<void> {
    if (this.hasEnded) return;
    const gone = this.ended();
    process.kill(-this.pid, "SIGKILL");
    await gone;
  }

  /** @returns how it ended */
  ended(): Promise<number | null> {
    if (this.hasEnded) return Promise.resolve(this.exitCode);
    return new Promise((resolve) => this.child.once("close", (code) => resolve(code)));
  }

  /** Ends it in good order and removes its data. */
  async remove(): Promise<void> {
    if (!this.hasEnded) {
      this.signal("SIGTERM");
      await this.ended();
    }
    for (const folder of [this.dataDir, `${this.dataDir}-backups`]) rmSync(folder, { recursive: true, force: true });
    // The temporary folder they stood in, if nothing else is there.
    try {
      rmdirSync(dirname(this.dataDir));
    } catch {
      // Somebody else's folder.
    }
  }
}

export const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
