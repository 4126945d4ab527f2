import { date, foreignKey, index, integer, jsonb, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { createdAt, id, instant, workspaceId } from "./columns.ts";
import { account, opportunity } from "./crm.ts";
import { appUser, workspace } from "./workspace.ts";

export const COACHING_STATES = [
  "open",
  "acknowledged",
  "in_progress",
  "done",
  "reopened",
  "escalated",
  "withdrawn",
] as const;
export type CoachingState = (typeof COACHING_STATES)[number];
export const SEVERITIES = ["normal", "urgent"] as const;
export type Severity = (typeof SEVERITIES)[number];
export const REVIEW_OUTCOMES = ["ok", "needs_work", "escalate"] as const;
export type ReviewOutcome = (typeof REVIEW_OUTCOMES)[number];
export type AnchorState = "same" | "moved" | "changed" | "collapsed" | "reattached" | "orphaned";
export type AcknowledgmentReply = "agreed" | "will_do_by" | "disagree";

/** A range of a room's prose: Yjs relative positions (base64 of their binary form) and enough text to find it again. */
export interface PassageAnchor {
  start: string;
  end: string;
  blockId: string | null;
  quote: string;
  before: string;
  after: string;
  seq: number;
}

/** How long an item may wait, in working minutes, before it reaches the manager and then the manager's manager. */
export const slaPolicy = pgTable(
  "sla_policy",
  {
    workspaceId: workspaceId(),
    severity: text("severity").$type<Severity>().notNull(),
    acknowledgeMinutes: integer("acknowledge_minutes").notNull(),
    secondEscalationMinutes: integer("second_escalation_minutes").notNull(),
    version: integer("version").notNull().default(1),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.severity] }),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
  ],
);

export const review = pgTable(
  "review",
  {
    workspaceId: workspaceId(),
    id: id(),
    opportunityId: uuid("opportunity_id").notNull(),
    reviewerId: uuid("reviewer_id").notNull(),
    outcome: text("outcome").$type<ReviewOutcome>().notNull(),
    comment: text("comment").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({
      columns: [t.workspaceId, t.opportunityId],
      foreignColumns: [opportunity.workspaceId, opportunity.id],
    }),
    foreignKey({ columns: [t.workspaceId, t.reviewerId], foreignColumns: [appUser.workspaceId, appUser.id] }),
    index("review_opportunity").on(t.workspaceId, t.opportunityId, t.createdAt),
  ],
);

export const coachingItem = pgTable(
  "coaching_item",
  {
    workspaceId: workspaceId(),
    id: id(),
    opportunityId: uuid("opportunity_id"),
    accountId: uuid("account_id"),
    roomId: uuid("room_id"),
    reviewId: uuid("review_id"),
    repId: uuid("rep_id").notNull(),
    authorId: uuid("author_id").notNull(),
    severity: text("severity").$type<Severity>().notNull(),
    comment: text("comment").notNull(),
    anchor: jsonb("anchor").$type<PassageAnchor>(),
    anchorState: text("anchor_state").$type<AnchorState>(),
    /** What the passage reads now, when it differs from the quote. */
    currentText: text("current_text"),
    state: text("state").$type<CoachingState>().notNull().default("open"),
    dueAt: instant("due_at").notNull(),
    /** 0 none, 1 the manager was told, 2 the manager's manager was told. */
    escalationLevel: integer("escalation_level").notNull().default(0),
    /** When the next escalation is due; null once nothing more will happen. */
    nextEscalationAt: instant("next_escalation_at"),
    escalatedTo: uuid("escalated_to").array().notNull().default([]),
    acknowledgedAt: instant("acknowledged_at"),
    reply: text("reply").$type<AcknowledgmentReply>(),
    replyComment: text("reply_comment"),
    replyDueOn: date("reply_due_on", { mode: "string" }),
    /** The passage as it read when the rep acknowledged, its SHA-256, and the room's log position. */
    acknowledgedText: text("acknowledged_text"),
    acknowledgedHash: text("acknowledged_hash"),
    acknowledgedSeq: integer("acknowledged_seq"),
    version: integer("version").notNull().default(1),
    createdAt: createdAt(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({
      columns: [t.workspaceId, t.opportunityId],
      foreignColumns: [opportunity.workspaceId, opportunity.id],
    }),
    foreignKey({ columns: [t.workspaceId, t.accountId], foreignColumns: [account.workspaceId, account.id] }),
    foreignKey({ columns: [t.workspaceId, t.reviewId], foreignColumns: [review.workspaceId, review.id] }),
    foreignKey({ columns: [t.workspaceId, t.repId], foreignColumns: [appUser.workspaceId, appUser.id] }),
    foreignKey({ columns: [t.workspaceId, t.authorId], foreignColumns: [appUser.workspaceId, appUser.id] }),
    index("coaching_item_rep").on(t.workspaceId, t.repId, t.state, t.dueAt),
    index("coaching_item_author").on(t.workspaceId, t.authorId, t.state),
    index("coaching_item_opportunity").on(t.workspaceId, t.opportunityId),
    index("coaching_item_room").on(t.workspaceId, t.roomId),
    index("coaching_item_escalation").on(t.nextEscalationAt),
  ],
);

/** The ledger: one row per act on an item, never changed. */
export const coachingEntry = pgTable(
  "coaching_entry",
  {
    workspaceId: workspaceId(),
    id: id(),
    itemId: uuid("item_id").notNull(),
    act: text("act").notNull(),
    fromState: text("from_state").$type<CoachingState>(),
    toState: text("to_state").$type<CoachingState>().notNull(),
    actorId: text("actor_id").notNull(),
    comment: text("comment"),
    data: jsonb("data").$type<Record<string, unknown>>().notNull().default({}),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId, t.itemId], foreignColumns: [coachingItem.workspaceId, coachingItem.id] }),
    index("coaching_entry_item").on(t.workspaceId, t.itemId, t.createdAt),
  ],
);

/** A remark on a passage of the room, open to all who may read the room. */
export const roomComment = pgTable(
  "room_comment",
  {
    workspaceId: workspaceId(),
    id: id(),
    roomId: uuid("room_id").notNull(),
    authorId: uuid("author_id").notNull(),
    body: text("body").notNull(),
    anchor: jsonb("anchor").$type<PassageAnchor>(),
    resolvedAt: instant("resolved_at"),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId, t.authorId], foreignColumns: [appUser.workspaceId, appUser.id] }),
    index("room_comment_room").on(t.workspaceId, t.roomId, t.createdAt),
  ],
);
