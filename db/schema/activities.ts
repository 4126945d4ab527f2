import {
  boolean,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, id, instant, workspaceId } from "./columns.ts";
import { activity, task, type ActivityKind } from "./crm.ts";
import { appUser, workspace } from "./workspace.ts";

/** Kinds of activity that are refused without outcome and next step; notes are free. */
export const OUTCOME_KINDS = ["call", "email", "meeting", "visit"] as const satisfies readonly ActivityKind[];
export type OutcomeKind = (typeof OUTCOME_KINDS)[number];
export const ENTRY_KINDS = ["objection", "feedback", "requirement"] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];
export const REQUEST_FUNCTIONS = ["technical", "sales_manager", "customer_success"] as const;
export type RequestFunction = (typeof REQUEST_FUNCTIONS)[number];

/** How a call, mail, meeting or visit may end, and the next step that usually follows. */
export const activityOutcome = pgTable(
  "activity_outcome",
  {
    workspaceId: workspaceId(),
    id: id(),
    kind: text("kind").$type<OutcomeKind>().notNull(),
    label: text("label").notNull(),
    position: integer("position").notNull(),
    nextStep: text("next_step").notNull(),
    /** Days after the activity. */
    nextStepDays: integer("next_step_days").notNull(),
    isActive: boolean("is_active").notNull().default(true),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
    unique().on(t.workspaceId, t.kind, t.label),
  ],
);

/** What the customer said in a call or presentation, by kind. */
export const activityEntry = pgTable(
  "activity_entry",
  {
    workspaceId: workspaceId(),
    id: id(),
    activityId: uuid("activity_id").notNull(),
    kind: text("kind").$type<EntryKind>().notNull(),
    text: text("text").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId, t.activityId], foreignColumns: [activity.workspaceId, activity.id] }),
    index("activity_entry_activity").on(t.workspaceId, t.activityId),
  ],
);

/** What a colleague asked for with a task, and the answer. */
export const taskRequest = pgTable(
  "task_request",
  {
    workspaceId: workspaceId(),
    taskId: uuid("task_id").notNull(),
    kind: text("kind").$type<"question" | "demo">().notNull(),
    /** The function that was asked; null when a person was. */
    toFunction: text("to_function").$type<RequestFunction>(),
    requestedBy: uuid("requested_by").notNull(),
    text: text("text").notNull(),
    /** Proposed times of a demo, ISO. */
    slots: jsonb("slots").$type<string[]>().notNull().default([]),
    answer: text("answer"),
    answeredBy: uuid("answered_by"),
    answeredAt: instant("answered_at"),
    bookedTaskId: uuid("booked_task_id"),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.taskId] }),
    foreignKey({ columns: [t.workspaceId, t.taskId], foreignColumns: [task.workspaceId, task.id] }),
    foreignKey({ columns: [t.workspaceId, t.bookedTaskId], foreignColumns: [task.workspaceId, task.id] }),
    foreignKey({ columns: [t.workspaceId, t.requestedBy], foreignColumns: [appUser.workspaceId, appUser.id] }),
    foreignKey({ columns: [t.workspaceId, t.answeredBy], foreignColumns: [appUser.workspaceId, appUser.id] }),
  ],
);
