import type { Logger } from "#server/core/log.ts";
import type { RoomLimits } from "./limits.ts";
import type { RoomMetrics } from "./metrics.ts";
import type { AppendOutcome, NewUpdate, RoomStore } from "./store/room-store.ts";

interface Entry {
  /** Null for a fence: it settles when everything before it is durable. */
  update: NewUpdate | null;
  settle(outcome: AppendOutcome | null): void;
  queuedAt: number;
}

export interface CommitQueueOptions {
  store: Pick<RoomStore, "append">;
  limits: Pick<RoomLimits, "flushWindowMs" | "flushBytes" | "flushRows" | "maxUnsavedBytes">;
  log: Logger;
  metrics: RoomMetrics;
  /** Called when the database goes away (true) and when everything waiting has been saved again (false). */
  onAway(isAway: boolean): void;
}

const RETRY_MS = [50, 100, 250, 500, 1_000, 2_000];

/**
 * Makes edits durable: one transaction per flush for all rooms of the process, one flush in flight, in order.
 * Nothing is dropped: while the database is away edits wait here, and `hasRoom` tells when no more may be taken.
 */
export class CommitQueue {
  private readonly waiting: Entry[] = [];
  private inFlight: Entry[] = [];
  private waitingBytes = 0;
  private inFlightBytes = 0;
  private timer: NodeJS.Timeout | undefined;
  private failures = 0;
  private isAway = false;
  private idle: (() => void)[] = [];

  constructor(private readonly options: CommitQueueOptions) {}

  get unsavedBytes(): number {
    return this.waitingBytes + this.inFlightBytes;
  }

  hasRoom(bytes: number): boolean {
    // One large merge may be more than the whole buffer: it goes alone.
    if (this.unsavedBytes === 0 && !this.isAway) return true;
    return this.unsavedBytes + bytes <= this.options.limits.maxUnsavedBytes;
  }

  /** Takes an update in, for good. `settle` hears once what became of it. */
  push(update: NewUpdate, settle: (outcome: AppendOutcome) => void): void {
    this.waitingBytes += update.bytes.byteLength;
    this.enqueue({ update, settle: (outcome) => settle(outcome!), queuedAt: performance.now() });
  }

  /** Calls back when everything pushed so far is durable. */
  fence(passed: () => void): void {
    if (this.waiting.length === 0 && this.inFlight.length === 0) return passed();
    this.enqueue({ update: null, settle: passed, queuedAt: performance.now() });
  }

  /** Resolves when nothing waits any more; while the database is away, that may take long. */
  drained(): Promise<void> {
    if (this.waiting.length === 0 && this.inFlight.length === 0) return Promise.resolve();
    this.flush();
    return new Promise((resolve) => this.idle.push(resolve));
  }

  private enqueue(entry: Entry): void {
    this.waiting.push(entry);
    this.options.metrics.unsavedBytes.set(this.unsavedBytes);
    const { flushBytes, flushRows, flushWindowMs } = this.options.limits;
    if (this.inFlight.length > 0 || this.failures > 0) return;
    if (this.waitingBytes >= flushBytes || this.waiting.length >= flushRows) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), flushWindowMs);
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.inFlight.length === 0) this.takeBatch();
    if (this.inFlight.length === 0) return this.tellIdle();
    void this.write();
  }

  private takeBatch(): void {
    const { flushBytes, flushRows } = this.options.limits;
    while (this.waiting.length > 0 && this.inFlight.length < flushRows && this.inFlightBytes < flushBytes) {
      const entry = this.waiting.shift()!;
      this.inFlight.push(entry);
      const size = entry.update?.bytes.byteLength ?? 0;
      this.inFlightBytes += size;
      this.waitingBytes -= size;
    }
  }

  private isWriting = false;

  private async write(): Promise<void> {
    if (this.isWriting) return;
    this.isWriting = true;
    const batch = this.inFlight;
    const updates = batch.flatMap(({ update }) => (update ? [update] : []));
    try {
      const outcomes = updates.length > 0 ? await this.options.store.append(updates) : [];
      this.isWriting = false;
      this.settleBatch(batch, outcomes);
    } catch (error) {
      this.isWriting = false;
      this.retryLater(error);
    }
  }

  private settleBatch(batch: Entry[], outcomes: AppendOutcome[]): void {
    this.inFlight = [];
    this.inFlightBytes = 0;
    this.failures = 0;
    const { metrics } = this.options;
    metrics.flushRows.observe(outcomes.length);
    metrics.unsavedBytes.set(this.unsavedBytes);
    let next = 0;
    for (const { update, settle, queuedAt } of batch) {
      if (update) metrics.durable.observe((performance.now() - queuedAt) / 1_000);
      settle(update ? outcomes[next++]! : null);
    }
    if (this.isAway && this.waiting.length === 0) this.setAway(false);
    this.flush();
  }

  private retryLater(error: unknown): void {
    const wait = RETRY_MS[Math.min(this.failures++, RETRY_MS.length - 1)]!;
    this.options.log.error({ err: error, waitMs: wait, unsavedBytes: this.unsavedBytes }, "room log not written");
    this.setAway(true);
    this.timer = setTimeout(() => this.flush(), wait);
  }

  private setAway(isAway: boolean): void {
    if (this.isAway === isAway) return;
    this.isAway = isAway;
    this.options.onAway(isAway);
  }

  private tellIdle(): void {
    const waiting = this.idle;
    this.idle = [];
    for (const resolve of waiting) resolve();
  }
}
