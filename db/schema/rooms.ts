import { bigint, foreignKey, integer, pgTable, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import { bytes, createdAt, id, instant, workspaceId } from "./columns.ts";
import { appUser, workspace } from "./workspace.ts";

export type RoomSubjectType = "opportunity" | "account";
export type RoomUpdateKind = "edit" | "template" | "restore" | "assistant";

const sequence = (name: string) => bigint(name, { mode: "number" });

/** One shared document bound to one record. */
export const room = pgTable(
  "room",
  {
    workspaceId: workspaceId(),
    id: id(),
    subjectType: text("subject_type").$type<RoomSubjectType>().notNull(),
    subjectId: uuid("subject_id").notNull(),
    /** Restoring a version starts a new epoch; edits of an older one are not taken any more. */
    epoch: integer("epoch").notNull().default(1),
    /** Of the editor: a client with another one would drop what it does not know. */
    schemaVersion: integer("schema_version").notNull().default(1),
    /** The last position of the log. Raised by whoever appends, so positions have no holes and commit in order. */
    headSeq: sequence("head_seq").notNull().default(0),
    /** Up to where the newest snapshot reaches; 0 without one. */
    snapshotSeq: sequence("snapshot_seq").notNull().default(0),
    /** Up to where `plain_text`, the blocks and the anchors have followed the log. */
    derivedSeq: sequence("derived_seq").notNull().default(0),
    plainText: text("plain_text").notNull().default(""),
    createdBy: uuid("created_by"),
    createdAt: createdAt(),
    editedAt: instant("edited_at").notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
    foreignKey({ columns: [t.workspaceId, t.createdBy], foreignColumns: [appUser.workspaceId, appUser.id] }),
    unique().on(t.workspaceId, t.subjectType, t.subjectId),
  ],
);

const roomKey = { workspaceId: workspaceId(), roomId: uuid("room_id").notNull() };

/** Whose words a Yjs client id writes, for ever. Null: the product's own (templates). */
export const roomClient = pgTable(
  "room_client",
  {
    ...roomKey,
    clientId: sequence("client_id").notNull(),
    userId: uuid("user_id"),
    /** Ids of an earlier epoch are retired: whoever still writes under them has not seen the restored document. */
    epoch: integer("epoch").notNull(),
    claimedAt: instant("claimed_at").notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.roomId, t.clientId] }),
    foreignKey({ columns: [t.workspaceId, t.roomId], foreignColumns: [room.workspaceId, room.id] }).onDelete("cascade"),
    foreignKey({ columns: [t.workspaceId, t.userId], foreignColumns: [appUser.workspaceId, appUser.id] }),
  ],
);

/** The log: every accepted edit, in the order in which it became durable. It is the document; all else is derived. */
export const roomUpdate = pgTable(
  "room_update",
  {
    ...roomKey,
    seq: sequence("seq").notNull(),
    epoch: integer("epoch").notNull(),
    kind: text("kind").$type<RoomUpdateKind>().notNull().default("edit"),
    userId: uuid("user_id"),
    /** Client ids of others whose text the sender passed on after a crash or from offline. */
    relayedClientIds: sequence("relayed_client_ids").array().notNull().default([]),
    bytes: bytes("bytes").notNull(),
    createdAt: createdAt(),
    /** Why this row is left out of the document, if it is: it was found to damage it. */
    quarantineReason: text("quarantine_reason"),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.roomId, t.seq] }),
    foreignKey({ columns: [t.workspaceId, t.roomId], foreignColumns: [room.workspaceId, room.id] }).onDelete("cascade"),
    foreignKey({ columns: [t.workspaceId, t.userId], foreignColumns: [appUser.workspaceId, appUser.id] }),
  ],
);

/** A cache of the log up to a position, so that nobody has to read all of it. */
export const roomSnapshot = pgTable(
  "room_snapshot",
  {
    ...roomKey,
    uptoSeq: sequence("upto_seq").notNull(),
    epoch: integer("epoch").notNull(),
    state: bytes("state").notNull(),
    stateVector: bytes("state_vector").notNull(),
    deletes: bytes("deletes").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.roomId, t.uptoSeq] }),
    foreignKey({ columns: [t.workspaceId, t.roomId], foreignColumns: [room.workspaceId, room.id] }).onDelete("cascade"),
  ],
);

/** The document's blocks as text, for search and the assistant. `block_id` stays with a block while it moves. */
export const roomBlock = pgTable(
  "room_block",
  {
    ...roomKey,
    blockId: text("block_id").notNull(),
    position: integer("position").notNull(),
    /** The headings above it, outermost first. */
    path: text("path").array().notNull().default([]),
    kind: text("kind").notNull(),
    text: text("text").notNull(),
    /** SHA-256 of path and text: what has not changed need not be read again. */
    hash: text("hash").notNull(),
    authors: uuid("authors").array().notNull().default([]),
    /** The log position at which the hash last changed. */
    changedSeq: sequence("changed_seq").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.roomId, t.blockId] }),
    foreignKey({ columns: [t.workspaceId, t.roomId], foreignColumns: [room.workspaceId, room.id] }).onDelete("cascade"),
  ],
);

/** Opens one socket of one room, once, within a minute, for clients that cannot send the session's cookie. */
export const roomTicket = pgTable(
  "room_ticket",
  {
    ...roomKey,
    /** SHA-256 of the ticket; the ticket itself is never stored. */
    hash: text("hash").notNull(),
    userId: uuid("user_id").notNull(),
    sessionIdHash: text("session_id_hash").notNull(),
    expiresAt: instant("expires_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.hash] }),
    foreignKey({ columns: [t.workspaceId, t.roomId], foreignColumns: [room.workspaceId, room.id] }).onDelete("cascade"),
    foreignKey({ columns: [t.workspaceId, t.userId], foreignColumns: [appUser.workspaceId, appUser.id] }),
  ],
);
