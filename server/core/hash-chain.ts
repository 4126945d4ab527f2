import { createHash } from "node:crypto";
import type { EventPayload } from "#db/schema/index.ts";

/** What the hash of an event covers, beside the hash before it. The payload enters by its own hash, so that it can be erased. */
export interface ChainedEvent {
  workspaceId: string;
  workspaceSeq: number;
  eventId: string;
  type: string;
  subjectType: string;
  subjectId: string;
  actorKind: string;
  actorId: string;
  requestId: string;
  occurredAt: Date;
  payloadHash: string;
}

/** `prevHash` of a workspace's first event. */
export const GENESIS_HASH = "0".repeat(64);

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

export const hashPayload = (payload: EventPayload): string => sha256(canonicalJson(payload));

export function hashEvent(prevHash: string, event: ChainedEvent): string {
  const covered = [
    prevHash,
    event.workspaceId,
    event.workspaceSeq,
    event.eventId,
    event.type,
    event.subjectType,
    event.subjectId,
    event.actorKind,
    event.actorId,
    event.requestId,
    event.occurredAt.toISOString(),
    event.payloadHash,
  ];
  return sha256(JSON.stringify(covered));
}

/** JSON with sorted keys: the database does not keep the order of a jsonb object's keys. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(",")}}`;
  }
  return JSON.stringify(value ?? null);
}
