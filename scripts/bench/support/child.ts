import { spawn, type ChildProcess } from "node:child_process";
import { onServerCore } from "./cores.ts";

/** Nothing under measurement outlives the measurement, however that ends. */
const running = new Set<ServerChild>();
process.on("exit", () => running.forEach((server) => server.signal("SIGKILL")));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

export interface StartOptions {
  command: readonly [string, ...string[]];
  env?: Record<string, string>;
  /** What it prints once it is usable. */
  ready: RegExp;
  timeoutMs?: number;
  /** Whether it is kept on the server's processor; by default it is. */
  isPinned?: boolean | undefined;
}

/** A server under measurement: in a process group of its own, so that it goes with everything it started. */
export class ServerChild {
  /** What it had printed when it was ready. */
  output = "";

  private constructor(private readonly child: ChildProcess) {}

  static async start({
    command,
    env,
    ready,
    timeoutMs = 180_000,
    isPinned = true,
  }: StartOptions): Promise<ServerChild> {
    const [program, ...args] = isPinned ? onServerCore(command) : command;
    const child = spawn(program, args, {
      detached: true,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    let patience: NodeJS.Timeout | undefined;
    const isUsable = new Promise<void>((resolve, reject) => {
      const fail = (why: string): void => reject(new Error(`${args.join(" ")}: ${why}\n${output}`));
      patience = setTimeout(() => fail("not ready in time"), timeoutMs);
      child.stdout!.setEncoding("utf8").on("data", (text: string) => {
        output = (output + text).slice(-20_000);
        if (ready.test(output)) resolve();
      });
      child.once("exit", (code, signal) => fail(`ended with ${signal ?? code}`));
    });
    const server = new ServerChild(child);
    running.add(server);
    child.once("exit", () => running.delete(server));
    try {
      await isUsable;
    } catch (error) {
      await server.kill();
      throw error;
    } finally {
      clearTimeout(patience);
    }
    server.output = output;
    return server;
  }

  get pid(): number {
    return this.child.pid!;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** kill -9 for the whole group. */
  async kill(): Promise<void> {
    this.signal("SIGKILL");
    await this.ended();
  }

  /** Asks it to stop in good order. */
  async stop(): Promise<void> {
    if (!this.hasEnded) this.child.kill("SIGTERM");
    await this.ended();
  }

  /** To the group this class started and to no other: what the first process left behind is in it too. */
  signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }

  private ended(): Promise<unknown> {
    return this.hasEnded ? Promise.resolve() : new Promise((resolve) => this.child.once("exit", resolve));
  }
}
