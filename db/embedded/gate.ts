import type { PGlite } from "@electric-sql/pglite";
import type { Engine } from "./engine.ts";
import { endsRequest, isCopyIn, isStartup, queryMessage, refusal, syncMessage } from "./wire.ts";

type StreamOptions = Parameters<PGlite["execProtocolRawStream"]>[1];

export interface GateSettings {
  transactionLimitMs: number | null;
  onOverdueTransaction: () => void;
  onFailure: (error: unknown) => void;
  /** Asked before each request outside a transaction: is there room to write? */
  isDiskFull: () => boolean;
}

/**
 * Stands between the wire server and the engine: an answer leaves only after what it acknowledges is on the disk, a
 * client that left half-way leaves nothing behind, a transaction that stays open is reported, and a full disk makes the
 * database read-only before PostgreSQL, unable to write its log, would give up.
 */
export class Gate {
  readonly waitReady: Promise<void>;
  private transactionTimer: NodeJS.Timeout | undefined;
  private isBetweenRequests = true;
  private isReadOnly = false;
  /** When the last request ended, in milliseconds of `performance.now()`. */
  private lastRequestAt = 0;

  constructor(
    private readonly engine: Engine,
    private readonly settings: GateSettings,
  ) {
    this.waitReady = engine.pg.waitReady;
  }

  isInTransaction(): boolean {
    return this.engine.pg.isInTransaction();
  }

  runExclusive<T>(work: () => Promise<T>): Promise<T> {
    return this.engine.pg.runExclusive(work);
  }

  async execProtocolRawStream(message: Uint8Array, { onRawData }: StreamOptions): Promise<void> {
    try {
      if (isStartup(message)) await this.forgetClient();
      await this.followDisk();
      const answer = isCopyIn(message) ? [copyInRefusal] : await this.run(message);
      this.isBetweenRequests = endsRequest(message);
      this.lastRequestAt = performance.now();
      this.watchTransaction();
      for (const part of answer) onRawData(part);
    } catch (error) {
      this.settings.onFailure(error);
      throw error;
    }
  }

  /** The wire server calls this to roll back after a client that left inside a transaction. */
  async exec(): Promise<void> {
    await this.runExclusive(() => this.forgetClient());
    this.watchTransaction();
  }

  limitTransactions(ms: number | null): void {
    this.settings.transactionLimitMs = ms;
    clearTimeout(this.transactionTimer);
    this.transactionTimer = undefined;
    this.watchTransaction();
  }

  /**
   * Runs a statement of the house between two requests of the client.
   * @returns the rows as text, or undefined if the client is in the middle of something or was active in the last `quietMs`
   */
  async maintain(statement: string, quietMs: number): Promise<(string | null)[][] | undefined> {
    return this.runExclusive(async () => {
      if (!this.isBetweenRequests || this.isInTransaction()) return undefined;
      if (performance.now() - this.lastRequestAt < quietMs) return undefined;
      const messages = await this.engine.pg.execProtocolStream(queryMessage(statement), { syncToFs: false });
      this.engine.fs.syncNow();
      return messages.flatMap((message) =>
        "fields" in message && message.name === "dataRow" ? [dataOf(message)] : [],
      );
    });
  }

  private async run(message: Uint8Array): Promise<Uint8Array[]> {
    const answer: Uint8Array[] = [];
    // The bytes lie in the engine's memory and are gone with the next call.
    const onRawData = (bytes: Uint8Array): unknown => answer.push(bytes.slice());
    await this.engine.pg.execProtocolRawStream(message, { syncToFs: false, onRawData });
    this.engine.fs.syncNow();
    return answer;
  }

  /** One engine serves one client after the other: the next must not inherit a skipped message, transaction or setting. */
  private async forgetClient(): Promise<void> {
    await this.run(syncMessage);
    if (this.isInTransaction()) await this.run(queryMessage("rollback"));
    await this.run(queryMessage("discard all"));
    this.isReadOnly = false;
    this.isBetweenRequests = true;
  }

  private async followDisk(): Promise<void> {
    if (!this.isBetweenRequests || this.isInTransaction()) return;
    const isFull = this.settings.isDiskFull();
    if (isFull === this.isReadOnly) return;
    await this.run(queryMessage(`set default_transaction_read_only = ${isFull ? "on" : "off"}`));
    this.isReadOnly = isFull;
  }

  private watchTransaction(): void {
    if (!this.isInTransaction()) {
      clearTimeout(this.transactionTimer);
      this.transactionTimer = undefined;
    } else if (!this.transactionTimer && this.settings.transactionLimitMs !== null) {
      this.transactionTimer = setTimeout(this.settings.onOverdueTransaction, this.settings.transactionLimitMs).unref();
    }
  }
}

const copyInRefusal = refusal("0A000", "The embedded database cannot read rows by COPY FROM STDIN; insert them");

/** The server uses five members of PGlite, the ones the gate has; its type asks for the class. */
export const asPGlite = (gate: Gate): PGlite => gate as unknown as PGlite;

const dataOf = (message: { fields: unknown }): (string | null)[] => message.fields as (string | null)[];
