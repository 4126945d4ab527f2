import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Registry } from "prom-client";
import { onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";
import type { Database } from "#db/client.ts";
import { newId } from "#db/schema/columns.ts";
import { account, appUser, room, workspace } from "#db/schema/index.ts";
import type { RequestContext, UserActor } from "#server/core/context.ts";
import { log } from "#server/core/log.ts";
import { withSystemTransaction } from "#server/core/transaction.ts";
import type { RoomAuthority } from "#server/rooms/admission.ts";
import type { RoomLimits } from "#server/rooms/limits.ts";
import { createRoomMetrics } from "#server/rooms/metrics.ts";
import { createRoomServer } from "#server/rooms/room-server.ts";
import type { RoomServer, RoomServerOptions } from "#server/rooms/room-server.ts";
import { createDatabaseRoomStore } from "#server/rooms/store/database-room-store.ts";
import type { RoomStore } from "#server/rooms/store/room-store.ts";

export interface Person {
  id: string;
  name: string;
}

type Access = "none" | "read" | "write";

/** A workspace with people and rooms, and room servers on it. */
export class RoomWorld {
  readonly rights = new Map<string, Access>();
  readonly origins = new Set<string>();

  private constructor(
    readonly db: Database,
    readonly workspaceId: string,
    readonly people: { anna: Person; ben: Person; cleo: Person },
  ) {}

  static async create(db: Database): Promise<RoomWorld> {
    const workspaceId = newId();
    const [anna, ben, cleo] = ["Anna", "Ben", "Cleo"].map((name) => ({ id: newId(), name })) as [
      Person,
      Person,
      Person,
    ];
    await withSystemTransaction(db, async (tx) => {
      await tx.insert(workspace).values({ id: workspaceId, name: "Test" });
      const users = [anna, ben, cleo].map(({ id, name }) => ({ id, name, workspaceId, email: `${name}-${id}@x.test` }));
      await tx.insert(appUser).values(users.map((user) => ({ ...user, role: "rep" })));
    });
    return new RoomWorld(db, workspaceId, { anna, ben, cleo });
  }

  async createRoom(): Promise<string> {
    const [id, subjectId] = [newId(), newId()];
    const { workspaceId } = this;
    await withSystemTransaction(this.db, async (tx) => {
      await tx.insert(account).values({ id: subjectId, workspaceId, name: "Acme" });
      await tx.insert(room).values({ id, workspaceId, subjectType: "account", subjectId });
    });
    return id;
  }

  /** The person as an administrator, who may act on rooms whose record exists in name only. */
  asAdmin({ id, name }: Person): RequestContext {
    const actor: UserActor = {
      ...{ kind: "user", userId: id, name, email: "", role: "admin", teamId: null, timeZone: "UTC" },
      ...{ seesAll: true, ownerIds: [id], sessionIdHash: null },
    };
    return { db: this.db, workspaceId: this.workspaceId, actor, requestId: "test", log, now: () => new Date() };
  }

  /** The person's rights in a room, or everywhere. */
  allow(person: Person, access: Access, roomId = "all"): void {
    this.rights.set(`${person.id} ${roomId}`, access);
  }

  accessOf(userId: string, roomId: string): Access {
    return this.rights.get(`${userId} ${roomId}`) ?? this.rights.get(`${userId} all`) ?? "none";
  }

  /** Starts a server on this world's database. Stopped, if not before, when the test ends. */
  async serve(
    limits: Partial<RoomLimits> = {},
    options: Partial<RoomServerOptions> & { port?: number; wrap?(store: RoomStore): RoomStore } = {},
  ): Promise<ServedRooms> {
    const { port = 0, wrap = (store: RoomStore) => store, ...rest } = options;
    return serveRooms(
      {
        store: wrap(createDatabaseRoomStore(this.db)),
        authority: this.authority(),
        log,
        metrics: createRoomMetrics(new Registry()),
        limits: { shutdownWaveMs: 0, ...limits },
        ...rest,
      },
      port,
    );
  }

  private authority(): RoomAuthority {
    return {
      isOriginAllowed: ({ headers }) => headers.origin === undefined || this.origins.has(headers.origin),
      authorize: async (request, roomId) => {
        const parameters = new URL(request.url!, "http://x").searchParams;
        const person = Object.values(this.people).find(({ id }) => id === parameters.get("user"));
        if (!person) return { status: 401 };
        const role = this.accessOf(person.id, roomId);
        if (role === "none") return { status: 404 };
        const sessionId = parameters.get("session") ?? `session of ${person.name}`;
        return {
          workspaceId: this.workspaceId,
          roomId,
          subjectId: roomId,
          userId: person.id,
          name: person.name,
          color: "#123",
          role,
          sessionId,
        };
      },
      recheck: async ({ userId, roomId }) => this.accessOf(userId, roomId),
    };
  }
}

/** A room server on a port of its own. Stopped, if not before, when the test ends. */
export async function serveRooms(options: RoomServerOptions, port = 0): Promise<ServedRooms> {
  const rooms = createRoomServer(options);
  const http = createServer();
  http.on("upgrade", (request, socket, head) => rooms.handle(request, socket, head));
  await new Promise<void>((resolve) => http.listen(port, "127.0.0.1", resolve));
  const served = new ServedRooms(rooms, http, options.metrics);
  onTestFinished(() => served.stop());
  return served;
}

export class ServedRooms {
  private stopping: Promise<void> | undefined;

  constructor(
    readonly rooms: RoomServer,
    private readonly http: Server,
    readonly metrics: RoomServerOptions["metrics"],
  ) {}

  get port(): number {
    return (this.http.address() as AddressInfo).port;
  }

  /** Where stock clients connect. */
  get url(): string {
    return `ws://127.0.0.1:${this.port}/rooms`;
  }

  stop(): Promise<void> {
    this.stopping ??= (async () => {
      await this.rooms.close();
      await new Promise((resolve) => this.http.close(resolve));
    })();
    return this.stopping;
  }
}

/** A stock y-websocket client, with no extension whatever. */
export function stockClient(url: string, roomId: string, person: Person, doc = new Y.Doc()) {
  const provider = new WebsocketProvider(url, roomId, doc, {
    WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
    params: { user: person.id },
    disableBc: true,
  });
  onTestFinished(() => {
    provider.destroy();
    doc.destroy();
  });
  return { doc, provider, notes: doc.getXmlFragment("notes") };
}

/** Adds a paragraph and returns its text, so that tests can type into it. */
export function addParagraph(doc: Y.Doc, words: string, at = doc.getXmlFragment("notes").length): Y.XmlText {
  const text = new Y.XmlText();
  text.insert(0, words);
  const paragraph = new Y.XmlElement("paragraph");
  paragraph.insert(0, [text]);
  doc.getXmlFragment("notes").insert(at, [paragraph]);
  return text;
}

export const textOf = (doc: Y.Doc): string => doc.getXmlFragment("notes").toString();
