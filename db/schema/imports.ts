import { boolean, foreignKey, index, integer, jsonb, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { bytes, createdAt, id, instant, workspaceId } from "./columns.ts";
import { appUser } from "./workspace.ts";

export const IMPORT_RECORD_TYPES = [
  "user",
  "account",
  "contact",
  "product",
  "opportunity",
  "activity",
  "lead",
] as const;
export type ImportRecordType = (typeof IMPORT_RECORD_TYPES)[number];
export type ImportState = "uploaded" | "checking" | "checked" | "running" | "done" | "failed" | "undoing" | "undone";

export interface ImportTotals {
  rows: number;
  created: number;
  updated: number;
  skipped: number;
  failed: number;
  warnings: number;
}

/** One file and what became of it. */
export const importRun = pgTable(
  "import_run",
  {
    workspaceId: workspaceId(),
    id: id(),
    recordType: text("record_type").$type<ImportRecordType>().notNull(),
    fileName: text("file_name").notNull(),
    fileSha256: text("file_sha256").notNull(),
    encoding: text("encoding").notNull(),
    delimiter: text("delimiter").notNull(),
    header: jsonb("header").$type<string[]>().notNull(),
    /** Column of the file -> field of the record. */
    mapping: jsonb("mapping").$type<Record<string, string>>().notNull(),
    options: jsonb("options").$type<Record<string, unknown>>().notNull().default({}),
    state: text("state").$type<ImportState>().notNull(),
    processedRows: integer("processed_rows").notNull().default(0),
    totals: jsonb("totals").$type<ImportTotals>(),
    error: text("error"),
    isDryRun: boolean("is_dry_run").notNull().default(true),
    createdBy: uuid("created_by").notNull(),
    startedAt: instant("started_at"),
    finishedAt: instant("finished_at"),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId, t.createdBy], foreignColumns: [appUser.workspaceId, appUser.id] }),
    index("import_run_created").on(t.workspaceId, t.createdAt),
  ],
);

/** The uploaded file in pieces, decoded to UTF-8, so that a job can read it on any host. */
export const importFilePart = pgTable(
  "import_file_part",
  {
    workspaceId: workspaceId(),
    runId: uuid("run_id").notNull(),
    part: integer("part").notNull(),
    content: bytes("content").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.runId, t.part] }),
    foreignKey({ columns: [t.workspaceId, t.runId], foreignColumns: [importRun.workspaceId, importRun.id] }).onDelete(
      "cascade",
    ),
  ],
);

/** What happened to one row; `before` holds the record's fields for the undo. */
export const importRow = pgTable(
  "import_row",
  {
    workspaceId: workspaceId(),
    runId: uuid("run_id").notNull(),
    /** 1 is the first row after the header. */
    rowNumber: integer("row_number").notNull(),
    outcome: text("outcome").$type<"created" | "updated" | "skipped" | "failed">().notNull(),
    recordId: uuid("record_id"),
    messages: jsonb("messages")
      .$type<{ column: string | null; severity: "error" | "warning"; text: string; unknownStage?: string }[]>()
      .notNull()
      .default([]),
    before: jsonb("before").$type<Record<string, unknown>>(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.runId, t.rowNumber] }),
    foreignKey({ columns: [t.workspaceId, t.runId], foreignColumns: [importRun.workspaceId, importRun.id] }).onDelete(
      "cascade",
    ),
    index("import_row_outcome").on(t.workspaceId, t.runId, t.outcome, t.rowNumber),
  ],
);
