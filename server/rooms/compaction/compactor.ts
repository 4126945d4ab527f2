import type { Database } from "#db/client.ts";
import { room, type PassageAnchor } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import type { Logger } from "#server/core/log.ts";
import { asTenant, withSystemTransaction } from "#server/core/transaction.ts";
import type { ResolvedPassage } from "../anchors.ts";
import type { RoomMetrics } from "../metrics.ts";
import { jobContext, quarantine, saveDerived } from "../store/compaction-store.ts";
import { isRoom, listClaims, listUpdates, loadRoom } from "../store/database-room-store.ts";
import { PRODUCT } from "../store/room-store.ts";
import type { Claim, RoomKey, StoredSnapshot } from "../store/room-store.ts";
import type { SetAside } from "./compact-document.ts";
import type { CompactionJob, CompactionResult } from "./jobs.ts";
import { CompactionThread } from "./worker-thread.ts";

/** Passages that are marked in a room, kept by another slice. Both are called as the workspace's job. */
export interface AnchorKeeper {
  list(ctx: RequestContext, roomId: string): Promise<{ itemId: string; anchor: PassageAnchor }[]>;
  /** Inside the transaction that stores what was derived. */
  save(ctx: RequestContext, resolved: (ResolvedPassage & { itemId: string })[]): Promise<void>;
}

export interface CompactorOptions {
  db: Database;
  log: Logger;
  metrics: Pick<RoomMetrics, "compactions" | "quarantined">;
  anchors?: AnchorKeeper;
}

export interface Compacted {
  /** Text, blocks and anchors have followed the log up to here. */
  uptoSeq: number;
  snapshot: StoredSnapshot | null;
  setAside: SetAside[];
}

interface Known {
  generation: number;
  seq: number;
}

interface Reading {
  epoch: number;
  snapshotSeq: number;
  job: Omit<CompactionJob, "id" | "anchors" | "encodes">;
  claims: Claim[];
  marked: { itemId: string; anchor: PassageAnchor }[];
}

/**
 * Follows rooms' logs: text and blocks for search, marked passages for coaching, snapshots so that nobody reads all of it.
 * Works from the stored log alone, so any process can do it for any room, and what fails changes nothing.
 */
export class RoomCompactor {
  private readonly thread: CompactionThread;
  /** Which documents the thread still has. */
  private readonly known = new Map<string, Known>();
  private tail: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: CompactorOptions) {
    this.thread = new CompactionThread(options.log);
  }

  /**
   * Brings what is derived up to the log's head; one room at a time.
   * @param encodes also store a snapshot
   * @returns undefined if there is no such room or it went on without us; @throws if it failed: the log is as it was
   */
  run(key: RoomKey, { encodes }: { encodes: boolean }): Promise<Compacted | undefined> {
    const turn = this.tail.then(() => this.compact(key, encodes));
    this.tail = turn.catch(() => undefined);
    return turn.then(
      (compacted) => {
        this.options.metrics.compactions.inc({ outcome: compacted ? "done" : "overtaken" });
        return compacted;
      },
      (error: unknown) => {
        this.options.metrics.compactions.inc({ outcome: "failed" });
        throw error;
      },
    );
  }

  async stop(): Promise<void> {
    await this.thread.stop();
    await this.tail;
  }

  private async compact(key: RoomKey, encodes: boolean): Promise<Compacted | undefined> {
    let reading = await this.read(key, this.keptSeq(key));
    if (!reading) return undefined;
    let result = await this.ask(reading, encodes);
    if (result.needsBase) {
      reading = await this.read(key, null);
      if (!reading) return undefined;
      result = await this.ask(reading, encodes);
    }
    const { epoch, snapshotSeq, job } = reading;
    const { uptoSeq } = job;
    this.known.set(key.roomId, { generation: this.thread.generation, seq: uptoSeq });
    await this.setAside(key, result);
    const snapshot = result.encoded && uptoSeq > snapshotSeq ? { ...result.encoded, uptoSeq } : null;
    const blocks = nameAuthors(result, reading.claims);
    const isSaved = await saveDerived(
      this.options.db,
      key,
      { epoch, uptoSeq, blocks },
      snapshot && { ...snapshot, replacesSeq: snapshotSeq },
      (ctx) => this.saveAnchors(ctx, reading!, result),
    );
    if (isSaved) return { uptoSeq, snapshot, setAside: result.setAside };
    return (await this.isFollowed(key, epoch, uptoSeq)) ? { uptoSeq, snapshot: null, setAside: [] } : undefined;
  }

  /** Another process was faster. */
  private isFollowed(key: RoomKey, epoch: number, seq: number): Promise<boolean> {
    return withSystemTransaction(this.options.db, async (tx) => {
      const [head] = await tx.select({ epoch: room.epoch, derivedSeq: room.derivedSeq }).from(room).where(isRoom(key));
      return head !== undefined && head.epoch === epoch && head.derivedSeq >= seq;
    });
  }

  private keptSeq({ roomId }: RoomKey): number | null {
    const known = this.known.get(roomId);
    return known && known.generation === this.thread.generation ? known.seq : null;
  }

  private ask({ job, marked }: Reading, encodes: boolean): Promise<CompactionResult> {
    return this.thread.run({ ...job, encodes, anchors: marked.map(({ anchor }) => anchor) });
  }

  /** What the thread needs: only what is new since the document it has kept, if it has. */
  private read(key: RoomKey, keptSeq: number | null): Promise<Reading | undefined> {
    return withSystemTransaction(this.options.db, async (tx) => {
      const marked = await this.listAnchors(tx, key);
      const { epoch, snapshotSeq, headSeq } = room;
      const [head] = await tx.select({ epoch, snapshotSeq, headSeq }).from(room).where(isRoom(key));
      if (!head) return undefined;
      const loaded = keptSeq === null ? await loadRoom(tx, key) : undefined;
      const updates = loaded?.updates ?? (await listUpdates(tx, key, head.epoch, keptSeq ?? 0));
      const job = {
        docKey: `${key.roomId} ${head.epoch}`,
        keptSeq,
        base: loaded?.snapshot?.state ?? null,
        updates,
        // Rows that were set aside count as followed.
        uptoSeq: Math.max(head.headSeq, updates.at(-1)?.seq ?? 0),
      };
      return { ...head, job, claims: loaded?.claims ?? (await listClaims(tx, key)), marked };
    });
  }

  private listAnchors(tx: Database, { workspaceId, roomId }: RoomKey) {
    const { anchors } = this.options;
    return anchors ? asTenant(jobContext(tx, workspaceId), (ctx) => anchors.list(ctx, roomId)) : Promise.resolve([]);
  }

  private async saveAnchors(ctx: RequestContext, { marked }: Reading, { passages }: CompactionResult): Promise<void> {
    if (marked.length === 0) return;
    const resolved = marked.map(({ itemId }, i) => ({ itemId, ...passages[i]! }));
    await this.options.anchors?.save(ctx, resolved);
  }

  private async setAside(key: RoomKey, { setAside, failure }: CompactionResult): Promise<void> {
    const { log, metrics, db } = this.options;
    if (failure) log.error({ ...key, failure }, "room not compacted: its log stays whole");
    if (setAside.length === 0) return;
    log.error({ ...key, setAside }, "rows of a room's log damage its document and are left out");
    metrics.quarantined.inc(setAside.length);
    await quarantine(db, key, setAside);
  }
}

/** Client ids become the users they belong to; the product's own text has no author. */
function nameAuthors({ blocks }: CompactionResult, claims: readonly Claim[]) {
  const users = new Map(claims.map(({ client, userId }) => [client, userId]));
  return blocks.map(({ clients, ...block }) => {
    const authors = clients.flatMap((client) => users.get(client) ?? []).filter((user) => user !== PRODUCT);
    return { ...block, authors: [...new Set(authors)] };
  });
}
