import {
  bigint,
  bigserial,
  foreignKey,
  index,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import { instant, workspaceId } from "./columns.ts";
import { workspace } from "./workspace.ts";

/** Before and after of one field, as JSON values. */
export type FieldChange = [before: unknown, after: unknown];

export interface EventPayload {
  changes?: Record<string, FieldChange>;
  data?: Record<string, unknown>;
}

const eventColumns = {
  workspaceId: workspaceId(),
  eventId: uuid("event_id").notNull(),
  type: text("type").notNull(),
  subjectType: text("subject_type").notNull(),
  subjectId: uuid("subject_id").notNull(),
  actorKind: text("actor_kind").$type<"user" | "job">().notNull(),
  actorId: text("actor_id").notNull(),
  requestId: text("request_id").notNull(),
  payload: jsonb("payload").$type<EventPayload>().notNull(),
  occurredAt: instant("occurred_at").notNull(),
};

/** Written by the domain transaction; emptied by the sequencer. */
export const eventInbox = pgTable(
  "event_inbox",
  { id: bigserial("id", { mode: "number" }).notNull(), ...eventColumns },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
    index("event_inbox_id").on(t.id),
  ],
);

/** Dense, ordered, hash-chained per workspace. `payload` may be erased later; `payloadHash` stays and the chain still verifies. */
export const eventLog = pgTable(
  "event_log",
  {
    ...eventColumns,
    seq: bigint("seq", { mode: "number" }).notNull(),
    workspaceSeq: bigint("workspace_seq", { mode: "number" }).notNull(),
    payloadHash: text("payload_hash").notNull(),
    prevHash: text("prev_hash").notNull(),
    hash: text("hash").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.seq] }),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
    unique().on(t.workspaceId, t.workspaceSeq),
    unique().on(t.workspaceId, t.eventId),
    index("event_log_seq").on(t.seq),
    index("event_log_subject").on(t.workspaceId, t.subjectType, t.subjectId, t.seq),
  ],
);

/** The end of each workspace's chain, so that the sequencer need not look for it. */
export const eventHead = pgTable(
  "event_head",
  {
    workspaceId: workspaceId(),
    workspaceSeq: bigint("workspace_seq", { mode: "number" }).notNull(),
    hash: text("hash").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId] }),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
  ],
);

/** Where each follower of the log stands. */
export const eventConsumer = pgTable("event_consumer", {
  name: text("name").primaryKey(),
  seq: bigint("seq", { mode: "number" }).notNull(),
});

/** Events a follower could not digest: set aside, so that one bad event never blocks the log. */
export const eventDeadLetter = pgTable(
  "event_dead_letter",
  {
    workspaceId: workspaceId(),
    consumer: text("consumer").notNull(),
    seq: bigint("seq", { mode: "number" }).notNull(),
    error: text("error").notNull(),
    failedAt: instant("failed_at").notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.consumer, t.seq] }),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
  ],
);
