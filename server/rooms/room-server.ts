import { randomInt } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import * as Y from "yjs";
import type { RoomUpdateKind } from "#db/schema/rooms.ts";
import type { Logger } from "#server/core/log.ts";
import { Admission, readRoomAddress } from "./admission.ts";
import type { RefusalStatus, RoomAddress, RoomAuthority } from "./admission.ts";
import { CommitQueue } from "./commit-queue.ts";
import type { RoomCompactor } from "./compaction/compactor.ts";
import { createFaithfulDoc } from "./compaction/compact-document.ts";
import { LogFollowers } from "./compaction/log-followers.ts";
import { createLocalFanout } from "./fanout/fanout.ts";
import type { RoomFanout, RoomNews } from "./fanout/fanout.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import type { RoomLimits } from "./limits.ts";
import { STORAGE_AWAY } from "./live-room.ts";
import type { LiveRoom } from "./live-room.ts";
import type { RoomMetrics } from "./metrics.ts";
import { Peer } from "./peer.ts";
import type { RoomGrant } from "./peer.ts";
import { PeerLink } from "./peer-link.ts";
import { RoomRegistry } from "./room-registry.ts";
import { RoomUpkeep } from "./room-upkeep.ts";
import type { RoomKey, RoomStore } from "./store/room-store.ts";
import { CloseCode } from "./wire/close-codes.ts";

export interface RoomServerOptions {
  store: RoomStore;
  authority: RoomAuthority;
  log: Logger;
  metrics: RoomMetrics;
  compactor?: RoomCompactor;
  fanout?: RoomFanout;
  limits?: Partial<RoomLimits>;
  /** Workspaces that want an edit sent on only when it is durable. */
  strictOrder?(workspaceId: string): boolean;
  /** Milliseconds of a clock that never goes back. */
  now?(): number;
}

/** What a change of the document by the server itself is called and in whose name it is made. */
export interface RoomEdit {
  kind: RoomUpdateKind;
  userId: string;
  change(doc: Y.Doc): void;
}

const REASONS: Record<RefusalStatus, string> = {
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  429: "Too Many Requests",
  503: "Service Unavailable",
};

export type RoomServer = ReturnType<typeof createRoomServer>;

/** The live rooms of this process: an upgrade route, and what the rest of the product may do with open rooms. */
export function createRoomServer(options: RoomServerOptions) {
  const {
    store,
    authority,
    log,
    metrics,
    compactor,
    fanout = createLocalFanout(),
    now = () => performance.now(),
  } = options;
  const limits: RoomLimits = { ...DEFAULT_LIMITS, ...options.limits };
  const links = new Set<PeerLink>();
  const admission = new Admission(authority, limits, now);
  // A merge may be larger than any other message; the smaller limits are checked on what the frame says it is.
  const socketOptions = {
    noServer: true,
    perMessageDeflate: false,
    clientTracking: false,
    maxPayload: limits.maxMergeBytes + FRAME_HEAD_BYTES,
    maxFragments: MAX_FRAGMENTS,
    // One that does not read does not answer the goodbye either.
    closeTimeout: GOODBYE_MS,
  };
  const sockets = new WebSocketServer(socketOptions);
  const queue = new CommitQueue({ store, limits, log, metrics, onAway: tellStorageState });
  const rooms = new RoomRegistry({
    store,
    queue,
    limits,
    log,
    metrics,
    now,
    isShared: fanout.isShared,
    strictOrder: options.strictOrder ?? (() => false),
    onDurable: (room, seq) => {
      fanout.publish({ kind: "durable", roomId: room.key.roomId, seq });
      upkeep.noteEdit(room);
    },
    onDamaged: (key) => followers?.repair(key),
  });
  const followers = compactor && new LogFollowers(compactor, { log, now });
  const upkeep = new RoomUpkeep({ rooms, links, limits, metrics, now, log, followers, fanout, authority });
  const stopListening = fanout.subscribe(hear);
  let isClosing = false;

  /** Asks all checks, then completes the handshake or refuses it with a plain HTTP status. */
  async function admit(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const address = readRoomAddress(request.url);
    if (!address) return refuse(socket, 404);
    if (isClosing) return refuse(socket, 503);
    const grant = await admission.decide(request, address.roomId);
    if ("status" in grant) return refuse(socket, grant.status);
    if (isClosing || !hasPlace(grant)) return refuse(socket, isClosing ? 503 : 429);
    sockets.handleUpgrade(request, socket, head, (ws) => open(ws, grant, address));
  }

  function refuse(socket: Duplex, status: RefusalStatus): void {
    metrics.rejections.inc({ reason: `upgrade ${status}` });
    socket.end(`HTTP/1.1 ${status} ${REASONS[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  }

  function hasPlace({ userId, roomId }: RoomGrant): boolean {
    const roomsOfUser = new Set<string>();
    let peersInRoom = 0;
    for (const { grant } of links) {
      if (grant.roomId === roomId) peersInRoom++;
      else if (grant.userId === userId) roomsOfUser.add(grant.roomId);
    }
    return peersInRoom < limits.maxPeersPerRoom && roomsOfUser.size < limits.maxRoomsPerUser;
  }

  function open(ws: WebSocket, grant: RoomGrant, address: RoomAddress): void {
    const traits = { isExtended: address.isExtended, namesEpoch: address.epoch !== undefined };
    const link = new PeerLink(new Peer(ws, grant, traits, limits, now), address, {
      limits,
      metrics,
      log,
      onClose: () => {
        links.delete(link);
        metrics.peers.set(links.size);
        if (link.room) upkeep.noteLeave(link.room);
      },
      onPresence: (room) => upkeep.notePresence(room),
    });
    links.add(link);
    metrics.peers.set(links.size);
    void link.enter(() => rooms.get({ workspaceId: grant.workspaceId, roomId: grant.roomId }));
  }

  function hear(news: RoomNews): void {
    const room = rooms.find(news.roomId);
    if (!room) return;
    if (news.kind === "epoch") room.break(CloseCode.OtherEpoch, "another version was restored");
    else if (news.kind === "durable") void (news.seq > room.headSeq && room.followLog());
    else {
      room.peers.presence.receiveRemote(news.states);
      upkeep.notePresence(room);
    }
  }

  /** Rooms go on while the database is away; what is typed is said to be unsaved. Back again, all are asked for what they kept. */
  function tellStorageState(isAway: boolean): void {
    log[isAway ? "error" : "info"](
      { unsavedBytes: queue.unsavedBytes },
      isAway ? "rooms: database away" : "rooms: database back",
    );
    for (const { peer, room } of links) {
      if (isAway) peer.sendRole(STORAGE_AWAY);
      else {
        peer.sendRole();
        if (room && peer.role === "write") void room.askForState(peer);
      }
    }
  }

  return {
    matches: (path: string): boolean => path.startsWith("/rooms/"),

    handle(request: IncomingMessage, socket: Duplex, head: Buffer): void {
      admit(request, socket, head).catch((error: unknown) => {
        log.error({ err: error }, "room upgrade failed");
        refuse(socket, 503);
      });
    },

    /** A user's rights changed, in one room or wherever he is. Takes effect before this returns. */
    setRole(userId: string, roomId: string | "all", role: "none" | "read" | "write"): void {
      for (const link of [...links]) {
        if (link.grant.userId === userId && (roomId === "all" || link.grant.roomId === roomId)) link.setRole(role);
      }
    },

    /** Ends the sockets of these sign-ins. */
    closeSessions(sessionIds: ReadonlySet<string>): void {
      for (const link of [...links]) if (sessionIds.has(link.grant.sessionId)) link.setRole("none");
    },

    /** Asks the authority again about every open socket: of a user, a room, or all. */
    recheck: (isAffected: (grant: RoomGrant) => boolean = () => true): Promise<void> => upkeep.recheck(isAffected),

    /**
     * Changes a document on the server's side, whether anybody is in the room or not.
     * @returns the log position of the change, once it is durable; undefined if there is no such room.
     */
    async edit(key: RoomKey, edit: RoomEdit): Promise<number | undefined> {
      const room = await rooms.get(key);
      return room && applyEdit(room, edit);
    },

    /** Another version became the document: everybody with the old one is sent away to fetch it. */
    announceEpoch(roomId: string): void {
      hear({ kind: "epoch", roomId });
      fanout.publish({ kind: "epoch", roomId });
    },

    /** How many sockets and rooms are open, for the health page. */
    stats: () => ({ peers: links.size, rooms: [...rooms].length, unsavedBytes: queue.unsavedBytes }),

    /** Refuses newcomers, saves everything, sends receipts, then asks clients to come back in jittered waves. */
    async close(): Promise<void> {
      isClosing = true;
      upkeep.stop();
      stopListening();
      await Promise.race([queue.drained(), wait(SAVE_LIMIT_MS)]);
      // Receipts leave in a microtask of the flush.
      await new Promise((resolve) => setImmediate(resolve));
      await Promise.all([...links].map((link) => sayGoodbye(link, limits.shutdownWaveMs)));
      for (const link of links) link.peer.socket.terminate();
      await fanout.close();
    },
  };
}

const FRAME_HEAD_BYTES = 16;
// Stock clients never fragment; ws itself allows 16,384.
const MAX_FRAGMENTS = 64;
const GOODBYE_MS = 2_000;
const SAVE_LIMIT_MS = 4_000;

async function applyEdit(room: LiveRoom, { change, ...edit }: RoomEdit): Promise<number> {
  const doc = createFaithfulDoc();
  try {
    for (const update of room.log.updates()) Y.applyUpdate(doc, update);
    const before = Y.encodeStateVector(doc);
    doc.transact(() => change(doc));
    return await room.receiveOwnEdit(Y.encodeStateAsUpdate(doc, before), edit);
  } finally {
    doc.destroy();
  }
}

async function sayGoodbye({ peer }: PeerLink, waveMs: number): Promise<void> {
  if (waveMs > 0) await wait(randomInt(waveMs));
  peer.close(CloseCode.Restart, "restart");
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
