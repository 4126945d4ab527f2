import type { Logger } from "#server/core/log.ts";
import type { LiveRoom } from "../live-room.ts";
import type { RoomKey } from "../store/room-store.ts";
import { CloseCode } from "../wire/close-codes.ts";
import type { RoomCompactor } from "./compactor.ts";

// A room that could not be compacted is left alone for so long; its log only grows meanwhile.
const REST_AFTER_FAILURE_MS = 30_000;
// After each room the edits of the others have the database for four times as long as it took: with many rooms in use at
// once, following them takes a fifth of it at most, and what is derived comes later instead of receipts.
const REST_PER_WORK = 4;
const LONGEST_REST_MS = 500;

/** Has the rooms of this process compacted, one after the other and without haste, and tells them the outcome. */
export class LogFollowers {
  private readonly running = new Set<string>();
  private readonly restUntil = new Map<string, number>();
  private turn: Promise<void> = Promise.resolve();
  private isStopped = false;

  constructor(
    private readonly compactor: RoomCompactor,
    private readonly options: { log: Logger; now(): number },
  ) {}

  /** Soon; nothing if it is running already, for then it will be asked again. */
  request(room: LiveRoom, encodes: boolean): void {
    const { roomId } = room.key;
    if (this.running.has(roomId) || this.options.now() < (this.restUntil.get(roomId) ?? 0)) return;
    this.running.add(roomId);
    this.turn = this.turn.then(() => this.takeTurn(room.key, encodes, room));
  }

  /** The room could not be loaded: whatever damages it is set aside, so that the next try succeeds. */
  repair(key: RoomKey): void {
    if (this.running.has(key.roomId)) return;
    this.running.add(key.roomId);
    void this.run(key, true, undefined);
  }

  /** Nothing is begun any more. */
  stop(): void {
    this.isStopped = true;
  }

  private async takeTurn(key: RoomKey, encodes: boolean, room: LiveRoom): Promise<void> {
    if (this.isStopped) return;
    const started = this.options.now();
    await this.run(key, encodes, room);
    const restMs = Math.min(LONGEST_REST_MS, REST_PER_WORK * (this.options.now() - started));
    await new Promise((resolve) => setTimeout(resolve, restMs).unref());
  }

  private async run(key: RoomKey, encodes: boolean, room: LiveRoom | undefined): Promise<void> {
    try {
      const compacted = await this.compactor.run(key, { encodes });
      this.restUntil.delete(key.roomId);
      if (!compacted) return;
      room?.noteDerived(compacted);
      // The people in the room have what was set aside in their documents.
      if (compacted.setAside.length > 0) room?.break(CloseCode.OtherEpoch, "an edit was taken back");
    } catch (error) {
      this.options.log.error({ ...key, err: error }, "room not compacted");
      this.restUntil.set(key.roomId, this.options.now() + REST_AFTER_FAILURE_MS);
    } finally {
      this.running.delete(key.roomId);
    }
  }
}
