import { Awareness } from "y-protocols/awareness";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";
import { NoticeType, readEpoch, readReceipt, readRejected, readRole } from "./notices.ts";
import { countSyncFrames, sendOwnPresenceOnly } from "./sync-frames.ts";
import { UnsavedEdits, textOfUpdates } from "./unsaved-edits.ts";
import { openUnsavedStore } from "./unsaved-store.ts";
import type { UnsavedStore } from "./unsaved-store.ts";

/** `ended`: coming back is pointless; `endReason` says why. */
export type RoomStatus = "connecting" | "live" | "offline" | "ended";

export interface RoomConnectionState {
  status: RoomStatus;
  role: "read" | "write";
  /** The server cannot save right now; typing goes on and is kept. */
  isStorageAway: boolean;
  /** Local edits that are not yet safe on the server. */
  unsavedCount: number;
  /** When the server last called an edit safe. */
  savedAt: Date | null;
  endReason: "revoked" | "forbidden" | "gone" | "other-version" | "too-large" | "broken" | null;
}

export interface ConnectRoomOptions {
  roomId: string;
  user: { id: string; name: string; color: string };
  onStatus?(status: RoomStatus): void;
  onRole?(role: "read" | "write"): void;
  /** The server will never take these words: the document must be opened anew. */
  onRejected?(reason: string, unsavedText: string): void;
  /** Another version was restored meanwhile. Connect anew; the text can no longer be merged and should be offered. */
  onEpoch?(unsavedText: string): void;
  /** Where the rooms are; by default on the page's own host. */
  serverUrl?: string;
  params?: Record<string, string>;
  WebSocket?: typeof WebSocket;
  unsavedStore?: UnsavedStore;
}

export interface RoomConnection {
  readonly doc: Y.Doc;
  readonly provider: WebsocketProvider;
  readonly awareness: Awareness;
  unsavedCount(): number;
  /** A new object whenever something changed, the same one otherwise. */
  state(): RoomConnectionState;
  /** @returns how to stop listening */
  subscribe(listener: () => void): () => void;
  destroy(): void;
}

/** What the editor can show. The server refuses a client with another one rather than let it drop what it does not know. */
export const EDITOR_SCHEMA_VERSION = 1;

const END_REASONS: Record<number, RoomConnectionState["endReason"]> = {
  4400: "broken",
  4401: "revoked",
  4403: "forbidden",
  4404: "gone",
  4409: "other-version",
  4413: "too-large",
};

/** Origin of an edit that an earlier visit could not save. */
class KeptOrigin {
  isNews = false;
  constructor(readonly key: number) {}
}

/** Opens a room: the stock provider, with durable receipts, and with local edits kept in the browser until they are safe. */
export function connectRoom(options: ConnectRoomOptions): RoomConnection {
  const { roomId, user, unsavedStore = openUnsavedStore(roomId, user.id) } = options;
  const doc = new Y.Doc();
  const awareness = new Awareness(doc);
  const unsaved = new UnsavedEdits(unsavedStore);
  const listeners = new Set<() => void>();
  const kept = unsavedStore.list();
  let hasReturnedKept = false;
  let wasLive = false;
  let state: RoomConnectionState = {
    status: "connecting",
    role: "write",
    isStorageAway: false,
    unsavedCount: 0,
    savedAt: null,
    endReason: null,
  };

  // Before the provider's own listener, so that an edit is known when the message that carries it leaves.
  doc.on("update", (update: Uint8Array, origin: unknown) => {
    if (origin === provider) return;
    if (origin instanceof KeptOrigin) origin.isNews = true;
    unsaved.add(update, origin instanceof KeptOrigin ? origin.key : undefined);
    change({ unsavedCount: unsaved.count });
  });

  const provider = new WebsocketProvider(options.serverUrl ?? pageServerUrl(), roomId, doc, {
    awareness,
    // Every tab talks to the server itself: its edits need receipts of their own.
    disableBc: true,
    params: { ...options.params, x: "1", schema: String(EDITOR_SCHEMA_VERSION) },
    WebSocketPolyfill: countSyncFrames(options.WebSocket ?? WebSocket, {
      opened: () => unsaved.connectionOpened(),
      sent: (isMerge) => unsaved.frameSent(isMerge),
    }),
  });
  const stopPresence = sendOwnPresenceOnly(provider);
  awareness.setLocalStateField("user", { id: user.id, name: user.name, color: user.color });

  provider.messageHandlers[NoticeType.Receipt] = (_, decoder) => {
    if (unsaved.framesSaved(readReceipt(decoder).frames))
      change({ unsavedCount: unsaved.count, savedAt: new Date(), isStorageAway: false });
  };
  provider.messageHandlers[NoticeType.Role] = (_, decoder) => {
    const { role, reason } = readRole(decoder);
    const isStorageAway = reason !== "";
    if (!isStorageAway && role !== state.role) options.onRole?.(role);
    change(isStorageAway ? { isStorageAway } : { isStorageAway, role });
  };
  provider.messageHandlers[NoticeType.Epoch] = (_, decoder) => {
    const { epoch } = readEpoch(decoder);
    provider.params["epoch"] = String(epoch);
    unsavedStore.useEpoch(epoch);
    void returnKept(epoch);
  };
  provider.messageHandlers[NoticeType.Rejected] = (_, decoder) => {
    const { frame, reason } = readRejected(decoder);
    if (reason === "storage-away") return unsaved.framePostponed(frame);
    // A reader's document may still tidy up formatting by itself: that is nothing anybody typed.
    const words = unsaved.frameRefused(frame, reason !== "read-only");
    change({ unsavedCount: unsaved.count });
    if (reason !== "read-only" || words !== "") options.onRejected?.(reason, words);
  };

  provider.on("status", ({ status }) => {
    if (state.status === "ended") return;
    wasLive ||= status === "connected";
    setStatus(status === "connected" ? "live" : wasLive ? "offline" : "connecting");
  });
  provider.on("closed", ({ code }) => {
    change({ endReason: END_REASONS[code] ?? "broken" });
    setStatus("ended");
    if (code === 4409) options.onEpoch?.(unsaved.text);
  });

  /** Brings back what an earlier visit could not save, once the document is there to put it into. */
  async function returnKept(epoch: number): Promise<void> {
    if (hasReturnedKept) return;
    hasReturnedKept = true;
    const edits = await kept;
    const stale = edits.filter((edit) => edit.epoch !== epoch);
    if (stale.length > 0) {
      options.onEpoch?.(textOfUpdates(stale.map(({ update }) => update)));
      void unsavedStore.remove(stale.map(({ key }) => key));
    }
    const current = edits.filter((edit) => edit.epoch === epoch);
    if (current.length === 0) return;
    await whenSynced(provider);
    for (const { key, update } of current) {
      const origin = new KeptOrigin(key);
      Y.applyUpdate(doc, update, origin);
      // The server had taken it after all.
      if (!origin.isNews) void unsavedStore.remove([key]);
    }
  }

  function setStatus(status: RoomStatus): void {
    if (status === state.status) return;
    change({ status });
    options.onStatus?.(status);
  }

  function change(part: Partial<RoomConnectionState>): void {
    state = { ...state, ...part };
    for (const listener of listeners) listener();
  }

  return {
    doc,
    provider,
    awareness,
    unsavedCount: () => unsaved.count,
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    destroy() {
      listeners.clear();
      stopPresence();
      provider.destroy();
      awareness.destroy();
      doc.destroy();
    },
  };
}

function pageServerUrl(): string {
  const { protocol, host } = window.location;
  return `${protocol === "https:" ? "wss" : "ws"}://${host}/rooms`;
}

function whenSynced(provider: WebsocketProvider): Promise<void> {
  if (provider.synced) return Promise.resolve();
  return new Promise((resolve) => {
    const hear = (isSynced: boolean): void => {
      if (!isSynced) return;
      provider.off("sync", hear);
      resolve();
    };
    provider.on("sync", hear);
  });
}
