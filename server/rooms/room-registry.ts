import type { CommitQueue } from "./commit-queue.ts";
import { LiveRoom } from "./live-room.ts";
import type { LiveRoomOptions } from "./live-room.ts";
import type { LoadedRoom, RoomKey, RoomStore } from "./store/room-store.ts";
import { MalformedInput } from "./update/byte-reader.ts";

export type RegistryOptions = Omit<LiveRoomOptions, "onBroken" | "queue" | "store" | "strictOrder"> & {
  store: RoomStore;
  queue: CommitQueue;
  strictOrder(workspaceId: string): boolean;
  /** What is stored of the room does not make a document. */
  onDamaged(key: RoomKey): void;
};

/** The rooms in memory. Whoever wants one gets the same one, and it is loaded once. */
export class RoomRegistry {
  private readonly rooms = new Map<string, Promise<LiveRoom | undefined>>();
  private readonly loaded = new Map<string, LiveRoom>();

  constructor(private readonly options: RegistryOptions) {}

  /** All loaded rooms. */
  [Symbol.iterator](): IterableIterator<LiveRoom> {
    return this.loaded.values();
  }

  find(roomId: string): LiveRoom | undefined {
    return this.loaded.get(roomId);
  }

  /** @returns undefined if there is no such room. @throws if it could not be loaded: it is then tried anew by the next. */
  get(key: RoomKey): Promise<LiveRoom | undefined> {
    const known = this.rooms.get(key.roomId);
    if (known) return known;
    const loading = this.load(key);
    this.rooms.set(key.roomId, loading);
    loading.then(
      (room) => {
        if (!room) this.rooms.delete(key.roomId);
      },
      () => this.rooms.delete(key.roomId),
    );
    return loading;
  }

  /** Drops rooms nobody is in. What is not durable yet stays; there is nothing else to save. */
  unload(isDue: (room: LiveRoom) => boolean): void {
    for (const room of [...this.loaded.values()]) {
      if (room.peers.size === 0 && room.log.isAllDurable && isDue(room)) this.drop(room);
    }
  }

  private async load(key: RoomKey): Promise<LiveRoom | undefined> {
    const stored = await this.options.store.load(key);
    if (!stored) return undefined;
    const room = this.build(key, stored);
    this.loaded.set(key.roomId, room);
    this.options.metrics.rooms.set(this.loaded.size);
    return room;
  }

  private build(key: RoomKey, stored: LoadedRoom): LiveRoom {
    try {
      return new LiveRoom(key, stored, {
        ...this.options,
        strictOrder: this.options.strictOrder(key.workspaceId),
        onBroken: (room) => this.drop(room),
      });
    } catch (error) {
      if (error instanceof MalformedInput) this.options.onDamaged(key);
      throw error;
    }
  }

  private drop(room: LiveRoom): void {
    if (this.loaded.get(room.key.roomId) !== room) return;
    this.loaded.delete(room.key.roomId);
    this.rooms.delete(room.key.roomId);
    this.options.metrics.rooms.set(this.loaded.size);
  }
}
