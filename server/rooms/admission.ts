import type { IncomingMessage } from "node:http";
import type { RoomLimits } from "./limits.ts";
import type { RoomGrant } from "./peer.ts";
import { TokenBucket } from "./token-bucket.ts";

export type RefusalStatus = 401 | 403 | 404 | 429 | 503;
export interface Refusal {
  status: RefusalStatus;
}

/** Who may come in, decided by the product: the session or ticket of a request and its user's rights on the record. */
export interface RoomAuthority {
  /** Exact comparison with the configured origins. */
  isOriginAllowed(request: IncomingMessage): boolean;
  authorize(request: IncomingMessage, roomId: string): Promise<RoomGrant | Refusal>;
  /** The rights as they are now, for a socket that is open. */
  recheck(grant: RoomGrant): Promise<"none" | "read" | "write">;
}

/** What the address of an upgrade says. */
export interface RoomAddress {
  roomId: string;
  isExtended: boolean;
  epoch: number | undefined;
  schemaVersion: number | undefined;
}

const ROOM_PATH = /^\/rooms\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

/** Reads `/rooms/<uuid>?x=1&epoch=…&schema=…`; undefined for anything else. */
export function readRoomAddress(url: string | undefined): RoomAddress | undefined {
  const [path, query = ""] = (url ?? "").split("?", 2);
  const match = ROOM_PATH.exec(path!);
  if (!match) return undefined;
  const parameters = new URLSearchParams(query);
  const count = (name: string) =>
    /^\d{1,9}$/.test(parameters.get(name) ?? "") ? Number(parameters.get(name)) : undefined;
  return {
    roomId: match[1]!,
    isExtended: parameters.get("x") === "1",
    epoch: count("epoch"),
    schemaVersion: count("schema"),
  };
}

// Upgrades whose authorization is still running; more than this is an attack or a database that hangs.
const MAX_PENDING = 256;
const MAX_REMEMBERED_SESSIONS = 10_000;

/** Decides about an upgrade before its handshake completes. */
export class Admission {
  private pending = 0;
  private readonly buckets = new Map<string, TokenBucket>();

  constructor(
    private readonly authority: RoomAuthority,
    private readonly limits: Pick<RoomLimits, "upgradesPerMinute">,
    private readonly now: () => number,
  ) {}

  async decide(request: IncomingMessage, roomId: string): Promise<RoomGrant | Refusal> {
    if (!this.authority.isOriginAllowed(request)) return { status: 403 };
    if (this.pending >= MAX_PENDING) return { status: 503 };
    this.pending++;
    try {
      const grant = await this.authority.authorize(request, roomId);
      if ("status" in grant || this.bucketOf(grant.sessionId).take(1, this.now())) return grant;
      return { status: 429 };
    } finally {
      this.pending--;
    }
  }

  private bucketOf(sessionId: string): TokenBucket {
    let bucket = this.buckets.get(sessionId);
    if (!bucket) {
      if (this.buckets.size >= MAX_REMEMBERED_SESSIONS) this.buckets.clear();
      const { upgradesPerMinute } = this.limits;
      bucket = new TokenBucket(upgradesPerMinute / 60, upgradesPerMinute, this.now());
      this.buckets.set(sessionId, bucket);
    }
    return bucket;
  }
}
