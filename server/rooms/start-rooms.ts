import type { Registry } from "prom-client";
import { listRoomAnchors, saveResolvedAnchors } from "#server/coaching/index.ts";
import { log } from "#server/core/log.ts";
import type { LiveHub, LoggedStub } from "#server/live/hub.ts";
import type { Services } from "#server/trpc/context.ts";
import { createRoomAuthority } from "./authority.ts";
import { RoomCompactor } from "./compaction/compactor.ts";
import { useCompactor } from "./derive-edited.ts";
import type { RoomFanout } from "./fanout/fanout.ts";
import { createRoomMetrics } from "./metrics.ts";
import type { RoomGrant } from "./peer.ts";
import { createRoomServer, type RoomServer } from "./room-server.ts";
import { createDatabaseRoomStore } from "./store/database-room-store.ts";

interface StartRoomsOptions {
  services: Services;
  hub: LiveHub;
  registry: Registry;
  allowedOrigins(): readonly string[];
  /** Between web processes; without it this is the only one. */
  fanout?: RoomFanout;
}

/** The live rooms of this process, following sign-outs and changes of rights in the log. */
export function startRooms(options: StartRoomsOptions): RoomServer & { close(): Promise<void> } {
  const { services, hub, registry, allowedOrigins, fanout } = options;
  const { db, auth, now } = services;
  const authority = createRoomAuthority({
    db,
    now,
    allowedOrigins,
    authenticate: (sessionId) => auth.authenticate(sessionId),
  });
  const metrics = createRoomMetrics(registry);
  const roomLog = log.child({ part: "rooms" });
  const anchors = { list: listRoomAnchors, save: saveResolvedAnchors };
  const compactor = new RoomCompactor({ db, log: roomLog, metrics, anchors });
  useCompactor(compactor);
  const rooms = createRoomServer({
    store: createDatabaseRoomStore(db),
    authority,
    log: roomLog,
    metrics,
    compactor,
    ...(fanout ? { fanout } : {}),
  });
  const stop = hub.onEvents((events) => followAccess(rooms, events));
  return {
    ...rooms,
    async close() {
      stop();
      await rooms.close();
      await compactor.stop();
    },
  };
}

function followAccess(rooms: RoomServer, events: readonly LoggedStub[]): void {
  const ended = events.flatMap((event) => event.sessionIdHashes ?? []);
  if (ended.length > 0) rooms.closeSessions(new Set(ended));
  for (const event of events) if (event.type === "room.version_restored") rooms.announceEpoch(event.subject.id);
  const affected = events.flatMap((event) => affectedGrants(event) ?? []);
  if (affected.length === 0) return;
  rooms
    .recheck((grant) => affected.some((isAffected) => isAffected(grant)))
    .catch((error: unknown) => log.error({ err: error }, "room rights not rechecked"));
}

/** Whose rights an event may have changed: any change of a record may be one of its owner or of who shares it. */
function affectedGrants(event: LoggedStub): ((grant: RoomGrant) => boolean) | undefined {
  const { type, subject, related, workspaceId } = event;
  if (type === "user.access_changed") return ({ userId }) => userId === subject.id;
  if (type === "team.access_changed") return (grant) => grant.workspaceId === workspaceId;
  if (subject.type !== "opportunity" && subject.type !== "account" && !type.startsWith("share.")) return undefined;
  // An account may be read by whoever has a deal with it.
  const records = new Set([subject, ...related].map(({ id }) => id));
  return ({ subjectId }) => records.has(subjectId);
}
