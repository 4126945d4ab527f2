import {
  bigint,
  boolean,
  customType,
  date,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  text,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { sql } from "drizzle-orm";
import { createdAt, id, instant, workspaceId } from "./columns.ts";
import { appUser, workspace } from "./workspace.ts";

export type IndexedKind = "account" | "contact" | "opportunity" | "activity" | "task" | "room" | "coaching_item";
export type SuggestionState = "proposed" | "accepted" | "dismissed" | "expired" | "conflict";
export type AnswerState = "running" | "done" | "failed";

/** No length in the type: vectors of several models lie in one column, and each model's index casts to its own length. */
export const halfvec = customType<{ data: ArrayLike<number>; driverData: string }>({
  dataType: () => "halfvec",
  toDriver: (vector) => `[${Array.from(vector, (value) => Number(value.toPrecision(5))).join(",")}]`,
  fromDriver: (value) => value.slice(1, -1).split(",").map(Number),
});

/** The offline embedding needs no row: it is always there and its vectors carry this id. */
export const HASHED_MODEL_ID = 0;

/** Embedding servers of this installation. One at most is active; vectors of two models are never compared. */
export const aiModel = pgTable("ai_model", {
  id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
  kind: text("kind").$type<"chat" | "embedding">().notNull(),
  name: text("name").notNull().unique(),
  dims: integer("dims").notNull(),
  status: text("status").$type<"building" | "active" | "retired">().notNull(),
  /** What the chat server behind it can do, as probed. */
  capabilities: jsonb("capabilities").$type<Record<string, unknown>>(),
  createdAt: createdAt(),
});

/** One row per distinct set of who may read: most records share a few. `private` is closed to all-seers but administrators. */
export const aiScope = pgTable(
  "ai_scope",
  {
    workspaceId: workspaceId(),
    id: id(),
    kind: text("kind").$type<"record" | "private">().notNull(),
    /** `owner:<id>`: whoever sees that person's records; `user:<id>`: that person alone. Sorted. */
    principals: text("principals").array().notNull(),
    hash: text("hash").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
    unique().on(t.workspaceId, t.hash),
    index("ai_scope_principals").using("gin", t.principals),
  ],
);

/** One indexed record. What can be read again from the record itself is not copied, except what ranking needs. */
export const aiDocument = pgTable(
  "ai_document",
  {
    workspaceId: workspaceId(),
    id: id(),
    sourceKind: text("source_kind").$type<IndexedKind>().notNull(),
    sourceId: uuid("source_id").notNull(),
    scopeId: uuid("scope_id").notNull(),
    title: text("title").notNull(),
    authorName: text("author_name"),
    isTainted: boolean("is_tainted").notNull().default(false),
    isFromCustomer: boolean("is_from_customer").notNull().default(false),
    /** Every record this one speaks of, itself included. */
    about: uuid("about").array().notNull(),
    occurredAt: instant("occurred_at").notNull(),
    /** SHA-256 over the chunks: equal means that only the columns of this row may have changed. */
    sha: text("sha").notNull(),
    indexedAt: instant("indexed_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId, t.scopeId], foreignColumns: [aiScope.workspaceId, aiScope.id] }),
    unique().on(t.workspaceId, t.sourceKind, t.sourceId),
    index("ai_document_about").using("gin", t.about),
    index("ai_document_scope").on(t.workspaceId, t.scopeId),
  ],
);

/** A passage. Its row, postings and vectors carry the document's scope, so that each leg of a search filters by itself. */
export const aiChunk = pgTable(
  "ai_chunk",
  {
    workspaceId: workspaceId(),
    id: id(),
    documentId: uuid("document_id").notNull(),
    scopeId: uuid("scope_id").notNull(),
    seq: integer("seq").notNull(),
    charFrom: integer("char_from").notNull(),
    charTo: integer("char_to").notNull(),
    heading: text("heading"),
    body: text("body").notNull(),
    /** SHA-256 of heading and body. */
    bodySha: text("body_sha").notNull(),
    startSeconds: integer("start_seconds"),
    blockId: text("block_id"),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({
      columns: [t.workspaceId, t.documentId],
      foreignColumns: [aiDocument.workspaceId, aiDocument.id],
    }).onDelete("cascade"),
    index("ai_chunk_document").on(t.workspaceId, t.documentId, t.seq),
    index("ai_chunk_body").on(t.workspaceId, t.bodySha),
  ],
);

/** BM25 inside the database: a word in a chunk with its weight, idf left out. */
export const aiPosting = pgTable(
  "ai_posting",
  {
    workspaceId: workspaceId(),
    lexeme: text("lexeme").notNull(),
    chunkId: uuid("chunk_id").notNull(),
    scopeId: uuid("scope_id").notNull(),
    weight: real("weight").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.lexeme, t.chunkId] }),
    foreignKey({ columns: [t.workspaceId, t.chunkId], foreignColumns: [aiChunk.workspaceId, aiChunk.id] }).onDelete(
      "cascade",
    ),
    index("ai_posting_chunk").on(t.workspaceId, t.chunkId),
  ],
);

/** In how many chunks a word stands; the trigram index repairs words that nobody wrote. */
export const aiTerm = pgTable(
  "ai_term",
  {
    workspaceId: workspaceId(),
    lexeme: text("lexeme").notNull(),
    chunks: integer("chunks").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.lexeme] }),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
    index("ai_term_trigram").using("gin", sql`${t.lexeme} gin_trgm_ops`),
  ],
);

/** Totals of a workspace's index and how far it has followed the log. */
export const aiStat = pgTable(
  "ai_stat",
  {
    workspaceId: workspaceId(),
    chunks: integer("chunks").notNull().default(0),
    /** Position in the workspace's own event chain up to which everything is indexed. */
    workspaceSeq: bigint("workspace_seq", { mode: "number" }).notNull().default(0),
    indexedAt: instant("indexed_at"),
    /** Passages that the second gate refused although the index was up to date. Anything but 0 is a defect. */
    refusals: integer("refusals").notNull().default(0),
    /** The last day on which all open deals were looked at again: rules fire by the clock too. */
    sweptOn: date("swept_on", { mode: "string" }),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId] }),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
  ],
);

export const aiVector = pgTable(
  "ai_vector",
  {
    workspaceId: workspaceId(),
    modelId: integer("model_id").notNull(),
    chunkId: uuid("chunk_id").notNull(),
    scopeId: uuid("scope_id").notNull(),
    embedding: halfvec("embedding").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.modelId, t.chunkId] }),
    foreignKey({ columns: [t.workspaceId, t.chunkId], foreignColumns: [aiChunk.workspaceId, aiChunk.id] }).onDelete(
      "cascade",
    ),
    index("ai_vector_chunk").on(t.workspaceId, t.chunkId),
    index("ai_vector_scope").on(t.workspaceId, t.modelId, t.scopeId),
  ],
);

/** What the embedding server was paid for, so that the same text is never sent twice. Per workspace: erasing must be complete. */
export const aiEmbedCache = pgTable(
  "ai_embed_cache",
  {
    workspaceId: workspaceId(),
    modelId: integer("model_id").notNull(),
    bodySha: text("body_sha").notNull(),
    embedding: halfvec("embedding").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.modelId, t.bodySha] }),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
  ],
);

/** Records whose index entry is out of date: marked by the follower of the log, worked off in batches. */
export const aiPending = pgTable(
  "ai_pending",
  {
    workspaceId: workspaceId(),
    sourceKind: text("source_kind").$type<IndexedKind>().notNull(),
    sourceId: uuid("source_id").notNull(),
    /** The newest event that touched it; a mark made while a batch runs is newer and survives it. */
    workspaceSeq: bigint("workspace_seq", { mode: "number" }).notNull(),
    attempts: integer("attempts").notNull().default(0),
    markedAt: instant("marked_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.sourceKind, t.sourceId] }),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
    index("ai_pending_marked").on(t.markedAt),
  ],
);

/** Accounts and deals whose summary and suggestions are to be renewed. */
export const aiRefresh = pgTable(
  "ai_refresh",
  {
    workspaceId: workspaceId(),
    subjectType: text("subject_type").$type<"account" | "opportunity">().notNull(),
    subjectId: uuid("subject_id").notNull(),
    markedAt: instant("marked_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.subjectType, t.subjectId] }),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
    index("ai_refresh_marked").on(t.markedAt),
  ],
);

/** A summary made for one reader: what it holds depends on what that person may open. */
export const aiSummary = pgTable(
  "ai_summary",
  {
    workspaceId: workspaceId(),
    subjectType: text("subject_type").$type<"account" | "opportunity">().notNull(),
    subjectId: uuid("subject_id").notNull(),
    userId: uuid("user_id").notNull(),
    /** Version of template or prompt, and the model; another one makes the row stale. */
    recipe: text("recipe").notNull(),
    /** The position in the workspace's event chain that it was made from. */
    dataSeq: bigint("data_seq", { mode: "number" }).notNull(),
    /** SHA-256 of everything it was made from: equal input needs no second call of a model. */
    inputSha: text("input_sha").notNull(),
    content: jsonb("content").$type<Record<string, unknown>>().notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.subjectType, t.subjectId, t.userId] }),
    foreignKey({ columns: [t.workspaceId, t.userId], foreignColumns: [appUser.workspaceId, appUser.id] }),
  ],
);

/** When a person last looked at a record, for "changed since your last visit". */
export const aiVisit = pgTable(
  "ai_visit",
  {
    workspaceId: workspaceId(),
    userId: uuid("user_id").notNull(),
    subjectType: text("subject_type").$type<"account" | "opportunity">().notNull(),
    subjectId: uuid("subject_id").notNull(),
    seenAt: instant("seen_at").notNull(),
    /** The visit before: what a summary compares with while the present visit lasts. */
    previousAt: instant("previous_at"),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.userId, t.subjectType, t.subjectId] }),
    foreignKey({ columns: [t.workspaceId, t.userId], foreignColumns: [appUser.workspaceId, appUser.id] }),
  ],
);

/** The next best action of a record: at most one is proposed at a time. Decided ones stay as the rule's track record. */
export const aiSuggestion = pgTable(
  "ai_suggestion",
  {
    workspaceId: workspaceId(),
    id: id(),
    targetType: text("target_type").$type<"account" | "opportunity">().notNull(),
    targetId: uuid("target_id").notNull(),
    rule: text("rule").notNull(),
    state: text("state").$type<SuggestionState>().notNull().default("proposed"),
    priority: bigint("priority", { mode: "number" }).notNull(),
    /** What is shown: label, title, action, due day, reason, figures, evidence, what clears it, confidence. */
    content: jsonb("content").$type<Record<string, unknown>>().notNull(),
    /** SHA-256 of the evidence: a suggestion whose evidence changed is another suggestion. */
    evidenceSha: text("evidence_sha").notNull(),
    /** Values of the target when it was proposed, to compare with at approval. */
    snapshot: jsonb("snapshot").$type<Record<string, unknown>>().notNull(),
    reason: text("reason"),
    outcome: jsonb("outcome").$type<Record<string, unknown>>(),
    decidedBy: uuid("decided_by"),
    decidedAt: instant("decided_at"),
    createdAt: createdAt(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
    foreignKey({ columns: [t.workspaceId, t.decidedBy], foreignColumns: [appUser.workspaceId, appUser.id] }),
    uniqueIndex("ai_suggestion_one_proposed")
      .on(t.workspaceId, t.targetType, t.targetId)
      .where(sql`${t.state} = 'proposed'`),
    index("ai_suggestion_target").on(t.workspaceId, t.targetType, t.targetId, t.createdAt),
    index("ai_suggestion_rule").on(t.workspaceId, t.rule, t.state),
    index("ai_suggestion_priority").on(t.workspaceId, t.state, t.priority),
  ],
);

/** A question and its answer while it is written and for an hour after. */
export const aiAnswer = pgTable(
  "ai_answer",
  {
    workspaceId: workspaceId(),
    id: id(),
    userId: uuid("user_id").notNull(),
    question: text("question").notNull(),
    subjectType: text("subject_type"),
    subjectId: uuid("subject_id"),
    state: text("state").$type<AnswerState>().notNull().default("running"),
    createdAt: createdAt(),
    expiresAt: instant("expires_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId, t.userId], foreignColumns: [appUser.workspaceId, appUser.id] }),
    index("ai_answer_user").on(t.workspaceId, t.userId, t.createdAt),
    index("ai_answer_expires").on(t.expiresAt),
  ],
);

/** The pieces of an answer in the order they were sent; a client that lost its connection goes on behind the last it has. */
export const aiStream = pgTable(
  "ai_stream",
  {
    workspaceId: workspaceId(),
    answerId: uuid("answer_id").notNull(),
    n: integer("n").notNull(),
    event: jsonb("event").$type<Record<string, unknown>>().notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.answerId, t.n] }),
    foreignKey({ columns: [t.workspaceId, t.answerId], foreignColumns: [aiAnswer.workspaceId, aiAnswer.id] }).onDelete(
      "cascade",
    ),
  ],
);

/** The account of every answer and summary: who asked, what was read, what came of it. Holds references, no text of records. */
export const aiRun = pgTable(
  "ai_run",
  {
    workspaceId: workspaceId(),
    id: id(),
    userId: uuid("user_id"),
    purpose: text("purpose").$type<"answer" | "summary" | "embedding">().notNull(),
    /** `extracted`, `computed`, or the model's name. */
    engine: text("engine").notNull(),
    promptVersion: text("prompt_version").notNull(),
    /** Keys of the records that were offered as evidence. */
    evidence: text("evidence").array().notNull().default([]),
    promptTokens: integer("prompt_tokens"),
    completionTokens: integer("completion_tokens"),
    verified: integer("verified").notNull().default(0),
    total: integer("total").notNull().default(0),
    /** Refused claims by check. */
    dropped: jsonb("dropped").$type<Record<string, number>>().notNull().default({}),
    /** Why the model's answer was not used, if it was asked. */
    failure: text("failure"),
    durationMs: integer("duration_ms").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
    index("ai_run_created").on(t.workspaceId, t.createdAt),
  ],
);
