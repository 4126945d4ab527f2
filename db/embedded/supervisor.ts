import type { ChildProcess } from "node:child_process";
import { connect, Socket } from "node:net";
import { orderEvents } from "../ordered-socket.ts";
import { forkServer } from "./fork-server.ts";
import { DirectoryInUseError } from "./lock.ts";
import type { ChildSettings, ToChild, ToParent } from "./messages.ts";

export interface SupervisorSettings extends ChildSettings {
  /** Called once, when the database is gone for good. */
  onFatal: (error: Error) => void;
  onNotice: (message: string) => void;
}

/**
 * Keeps the database's process running: starts it, starts it again if it dies, and hands out connections that wait
 * while it is not ready. It gives up when `maxFailedStarts` in a row never became ready.
 */
export class Supervisor {
  private child: ChildProcess | undefined;
  private client: Socket | undefined;
  private ready: Promise<void>;
  private hasBeenReady = false;
  private failedStarts = 0;
  private lifts = 0;
  private stopping = false;
  private fatal: Error | undefined;
  private wasOverdue = false;

  constructor(private readonly settings: SupervisorSettings) {
    this.ready = this.start();
  }

  /** @throws DirectoryInUseError, or an error with the child's own words */
  whenReady(): Promise<void> {
    return this.ready;
  }

  /** A connected socket to the database. It never rejects: the client library expects failures as socket errors. */
  async openSocket(): Promise<Socket> {
    for (;;) {
      await this.ready.catch(() => undefined);
      if (this.fatal || this.stopping) return brokenSocket(this.fatal ?? new Error("The database is closed"));
      const socket = orderEvents(connect(this.settings.socketPath));
      // A failure here means that the child has just died and its successor is about to be started.
      if (await connects(socket)) return (this.client = socket);
      await new Promise((resolve) => setTimeout(resolve, reconnectDelayMs));
    }
  }

  /** Whether the connection that just closed was cut off by the watchdog. Asking resets the answer. */
  takeOverdue(): boolean {
    const wasOverdue = this.wasOverdue;
    this.wasOverdue = false;
    return wasOverdue;
  }

  /** Returns what sets the limit again; lifted by two, it stays lifted until both have. */
  liftTimeLimit(): () => void {
    this.lifts += 1;
    this.sendTimeLimit();
    let isLifted = true;
    return () => {
      if (isLifted) this.lifts -= 1;
      isLifted = false;
      this.sendTimeLimit();
    };
  }

  /** Closes the cluster in good order; resolves when the process is gone. */
  async stop(): Promise<void> {
    this.stopping = true;
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    this.send({ type: "stop" });
    const impatience = setTimeout(() => child.kill("SIGKILL"), stopGraceMs);
    await gone;
    clearTimeout(impatience);
  }

  private start(): Promise<void> {
    const { dataDir, socketPath, transactionLimitMs } = this.settings;
    const { child, ended } = forkServer({ dataDir, socketPath, transactionLimitMs });
    this.child = child;
    let isReady = false;
    let refusal: Error | undefined;
    return new Promise((resolve, reject) => {
      child.on("message", (message: ToParent) => {
        if (message.type === "refused") refusal = new DirectoryInUseError(message.message);
        else if (message.type === "notice") this.settings.onNotice(message.message);
        else if (message.type === "transaction-overdue") this.cutOff();
        else {
          isReady = this.hasBeenReady = true;
          this.failedStarts = 0;
          this.sendTimeLimit();
          resolve();
        }
      });
      void ended.then((words) => {
        const error = refusal ?? new Error(`The embedded database ended: ${words}`);
        reject(error);
        this.onEnd(error, isReady);
      });
    });
  }

  private onEnd(error: Error, wasReady: boolean): void {
    if (this.stopping) return;
    if (!wasReady) this.failedStarts += 1;
    if (!this.hasBeenReady || this.failedStarts >= maxFailedStarts || error instanceof DirectoryInUseError) {
      this.fatal = error;
      if (this.hasBeenReady) this.settings.onFatal(error);
      return;
    }
    this.settings.onNotice(`${error.message} It is being started again; nothing that was acknowledged is lost.`);
    this.ready = this.start();
    // Failures of a restart come here again; who waits for a connection looks at `fatal`.
    this.ready.catch(() => undefined);
  }

  private cutOff(): void {
    this.wasOverdue = true;
    this.client?.destroy();
  }

  private sendTimeLimit(): void {
    this.send({ type: "transaction-limit", ms: this.lifts > 0 ? null : this.settings.transactionLimitMs });
  }

  private send(message: ToChild): void {
    if (this.child?.connected) this.child.send(message);
  }
}

const maxFailedStarts = 3;
const stopGraceMs = 30_000;
const reconnectDelayMs = 50;

const connects = (socket: Socket): Promise<boolean> =>
  new Promise((resolve) => {
    const settle = (isConnected: boolean) => (): void => {
      socket.off("connect", connected).off("close", closed);
      resolve(isConnected);
    };
    const connected = settle(true);
    const closed = settle(false);
    socket.on("connect", connected).on("close", closed);
    // Node throws errors that nobody listens to.
    socket.on("error", () => undefined);
  });

/** Takes what is written to it and fails, as a connection would that breaks at once. */
function brokenSocket(error: Error): Socket {
  const socket = orderEvents(new Socket());
  socket.write = () => true;
  setImmediate(() => socket.destroy(error));
  return socket;
}
