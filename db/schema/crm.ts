import {
  boolean,
  check,
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
  uuid,
} from "drizzle-orm/pg-core";
import { sql } from "drizzle-orm";
import { cents, createdAt, id, instant, updatedAt, workspaceId } from "./columns.ts";
import type {
  ActivityTemplate,
  CategoryCriteria,
  ExitCriterion,
  FieldEquals,
  StageData,
  StageField,
} from "./criteria.ts";
import { appUser, workspace } from "./workspace.ts";

export const ACTIVITY_KINDS = ["call", "email", "meeting", "visit", "note"] as const;
export type ActivityKind = (typeof ACTIVITY_KINDS)[number];
export const TASK_KINDS = ["todo", "call", "meeting", "visit"] as const;
export type TaskKind = (typeof TASK_KINDS)[number];
export const FORECAST_CATEGORIES = ["omitted", "pipeline", "best_case", "commit", "closed"] as const;
export type ForecastCategory = (typeof FORECAST_CATEGORIES)[number];
export type StageKind = "open" | "won" | "lost";

/** How much an account matters to us. */
export const ACCOUNT_TIERS = ["strategic", "key", "standard"] as const;
export type AccountTier = (typeof ACCOUNT_TIERS)[number];
export const INFLUENCES = ["high", "medium", "low"] as const;
export type Influence = (typeof INFLUENCES)[number];
/** How a person stands to us. */
export const ATTITUDES = ["champion", "supporter", "neutral", "opponent"] as const;
export type Attitude = (typeof ATTITUDES)[number];

const record = () => ({
  workspaceId: workspaceId(),
  id: id(),
  externalId: text("external_id"),
  importRunId: uuid("import_run_id"),
  version: integer("version").notNull().default(1),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
  deletedAt: instant("deleted_at"),
});

export const account = pgTable(
  "account",
  {
    ...record(),
    name: text("name").notNull(),
    domain: text("domain"),
    industry: text("industry"),
    country: text("country"),
    city: text("city"),
    phone: text("phone"),
    employees: integer("employees"),
    yearEstablished: integer("year_established"),
    annualRevenueCents: cents("annual_revenue_cents"),
    currency: text("currency").notNull().default("USD"),
    description: text("description"),
    parentAccountId: uuid("parent_account_id"),
    ownerId: uuid("owner_id"),
    tier: text("tier").$type<AccountTier>(),
    goals: text("goals"),
    whitespace: text("whitespace"),
    competitors: text("competitors"),
    /** When the plan is to be looked at again. */
    planReviewOn: date("plan_review_on", { mode: "string" }),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
    foreignKey({ columns: [t.workspaceId, t.parentAccountId], foreignColumns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId, t.ownerId], foreignColumns: [appUser.workspaceId, appUser.id] }),
    index("account_tier").on(t.workspaceId, t.tier),
    index("account_name").on(t.workspaceId, sql`lower(${t.name})`, t.id),
    index("account_owner").on(t.workspaceId, t.ownerId),
    index("account_parent").on(t.workspaceId, t.parentAccountId),
    index("account_external_id").on(t.workspaceId, t.externalId),
    index("account_import_run").on(t.workspaceId, t.importRunId),
  ],
);

export const contact = pgTable(
  "contact",
  {
    ...record(),
    accountId: uuid("account_id"),
    firstName: text("first_name").notNull().default(""),
    lastName: text("last_name").notNull(),
    title: text("title"),
    email: text("email"),
    phone: text("phone"),
    notes: text("notes"),
    ownerId: uuid("owner_id"),
    reportsToId: uuid("reports_to_id"),
    influence: text("influence").$type<Influence>(),
    attitude: text("attitude").$type<Attitude>(),
  },
  (t) => [
    foreignKey({ columns: [t.workspaceId, t.reportsToId], foreignColumns: [t.workspaceId, t.id] }),
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
    foreignKey({ columns: [t.workspaceId, t.accountId], foreignColumns: [account.workspaceId, account.id] }),
    foreignKey({ columns: [t.workspaceId, t.ownerId], foreignColumns: [appUser.workspaceId, appUser.id] }),
    index("contact_name").on(t.workspaceId, sql`lower(${t.lastName})`, t.id),
    index("contact_account").on(t.workspaceId, t.accountId),
    index("contact_owner").on(t.workspaceId, t.ownerId),
    index("contact_email").on(t.workspaceId, sql`lower(${t.email})`),
    index("contact_external_id").on(t.workspaceId, t.externalId),
    index("contact_import_run").on(t.workspaceId, t.importRunId),
  ],
);

export const product = pgTable(
  "product",
  {
    ...record(),
    name: text("name").notNull(),
    family: text("family"),
    listPriceCents: cents("list_price_cents"),
    currency: text("currency").notNull().default("USD"),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
    index("product_import_run").on(t.workspaceId, t.importRunId),
  ],
);

export const pipeline = pgTable(
  "pipeline",
  {
    workspaceId: workspaceId(),
    id: id(),
    name: text("name").notNull(),
    isDefault: boolean("is_default").notNull().default(false),
    version: integer("version").notNull().default(1),
    /** Whether a move may pass stages over; each one passed must have its exit criteria met. */
    allowsSkipping: boolean("allows_skipping").notNull().default(true),
    allowsBackward: boolean("allows_backward").notNull().default(true),
    categoryCriteria: jsonb("category_criteria").$type<CategoryCriteria>().notNull().default({}),
    archivedAt: instant("archived_at"),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
    unique().on(t.workspaceId, t.name),
  ],
);

export const stage = pgTable(
  "stage",
  {
    workspaceId: workspaceId(),
    id: id(),
    pipelineId: uuid("pipeline_id").notNull(),
    name: text("name").notNull(),
    position: integer("position").notNull(),
    /** 0 to 1. */
    probability: real("probability").notNull(),
    forecastCategory: text("forecast_category").$type<ForecastCategory>().notNull(),
    kind: text("kind").$type<StageKind>().notNull(),
    idleDays: integer("idle_days").notNull().default(10),
    exitCriteria: jsonb("exit_criteria").$type<ExitCriterion[]>().notNull().default([]),
    fields: jsonb("fields").$type<StageField[]>().notNull().default([]),
    guidance: text("guidance").notNull().default(""),
    activityTemplates: jsonb("activity_templates").$type<ActivityTemplate[]>().notNull().default([]),
    /** Forecast categories beside the stage's own that need no reason. */
    allowedCategories: jsonb("allowed_categories").$type<ForecastCategory[]>().notNull().default([]),
    /** The stage may be passed over only when a field says so; null leaves it to the pipeline. */
    skipWhen: jsonb("skip_when").$type<FieldEquals>(),
    /** Removed from the pipeline; the row stays for the history. */
    archivedAt: instant("archived_at"),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId, t.pipelineId], foreignColumns: [pipeline.workspaceId, pipeline.id] }),
    unique().on(t.workspaceId, t.pipelineId, t.name),
  ],
);

export const opportunity = pgTable(
  "opportunity",
  {
    ...record(),
    name: text("name").notNull(),
    accountId: uuid("account_id"),
    ownerId: uuid("owner_id").notNull(),
    pipelineId: uuid("pipeline_id").notNull(),
    stageId: uuid("stage_id").notNull(),
    /** Copy of the stage's kind, so that "open" lists use one index. */
    stageKind: text("stage_kind").$type<StageKind>().notNull(),
    productId: uuid("product_id"),
    amountCents: cents("amount_cents"),
    currency: text("currency").notNull().default("USD"),
    closeDate: date("close_date", { mode: "string" }),
    openedOn: date("opened_on", { mode: "string" }),
    closedAt: instant("closed_at"),
    forecastCategory: text("forecast_category").$type<ForecastCategory>().notNull(),
    /** 0 to 1. */
    probability: real("probability").notNull(),
    probabilitySetAt: instant("probability_set_at").notNull().defaultNow(),
    /** Why the category is one that the stage does not usually have. */
    categoryReason: text("category_reason"),
    stageData: jsonb("stage_data").$type<StageData>().notNull().default({}),
    nextStep: text("next_step"),
    nextStepDue: date("next_step_due", { mode: "string" }),
    lossReason: text("loss_reason"),
    closeDatePushes: integer("close_date_pushes").notNull().default(0),
    stageEnteredAt: instant("stage_entered_at").notNull().defaultNow(),
    lastActivityAt: instant("last_activity_at"),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId, t.accountId], foreignColumns: [account.workspaceId, account.id] }),
    foreignKey({ columns: [t.workspaceId, t.ownerId], foreignColumns: [appUser.workspaceId, appUser.id] }),
    foreignKey({ columns: [t.workspaceId, t.pipelineId], foreignColumns: [pipeline.workspaceId, pipeline.id] }),
    foreignKey({ columns: [t.workspaceId, t.stageId], foreignColumns: [stage.workspaceId, stage.id] }),
    foreignKey({ columns: [t.workspaceId, t.productId], foreignColumns: [product.workspaceId, product.id] }),
    index("opportunity_owner").on(t.workspaceId, t.ownerId, t.stageKind),
    index("opportunity_account").on(t.workspaceId, t.accountId, t.ownerId),
    index("opportunity_stage").on(t.workspaceId, t.stageId, sql`coalesce(${t.closeDate}, date '9999-12-31')`, t.id),
    index("opportunity_close_date").on(t.workspaceId, sql`coalesce(${t.closeDate}, date '9999-12-31')`, t.id),
    index("opportunity_amount").on(t.workspaceId, sql`coalesce(${t.amountCents}, 0)`, t.id),
    index("opportunity_name").on(t.workspaceId, sql`lower(${t.name})`, t.id),
    index("opportunity_external_id").on(t.workspaceId, t.externalId),
    index("opportunity_import_run").on(t.workspaceId, t.importRunId),
  ],
);

export const opportunityStageHistory = pgTable(
  "opportunity_stage_history",
  {
    workspaceId: workspaceId(),
    id: id(),
    opportunityId: uuid("opportunity_id").notNull(),
    fromStageId: uuid("from_stage_id"),
    toStageId: uuid("to_stage_id").notNull(),
    movedAt: instant("moved_at").notNull(),
    /** Seconds spent in `fromStageId`; null for the first row. */
    durationSeconds: integer("duration_seconds"),
    actorId: text("actor_id").notNull(),
    reason: text("reason"),
    /** Labels of the criteria that were waived for this move. */
    waived: jsonb("waived").$type<string[]>().notNull().default([]),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({
      columns: [t.workspaceId, t.opportunityId],
      foreignColumns: [opportunity.workspaceId, opportunity.id],
    }),
    foreignKey({ columns: [t.workspaceId, t.fromStageId], foreignColumns: [stage.workspaceId, stage.id] }),
    foreignKey({ columns: [t.workspaceId, t.toStageId], foreignColumns: [stage.workspaceId, stage.id] }),
    index("opportunity_stage_history_opportunity").on(t.workspaceId, t.opportunityId, t.movedAt),
    index("opportunity_stage_history_from").on(t.workspaceId, t.fromStageId, t.movedAt),
  ],
);

export const CONTACT_ROLES = [
  "Decision Maker",
  "Champion",
  "Influencer",
  "Procurement",
  "Technical Evaluator",
] as const;

export const opportunityContact = pgTable(
  "opportunity_contact",
  {
    workspaceId: workspaceId(),
    opportunityId: uuid("opportunity_id").notNull(),
    contactId: uuid("contact_id").notNull(),
    role: text("role"),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.opportunityId, t.contactId] }),
    foreignKey({
      columns: [t.workspaceId, t.opportunityId],
      foreignColumns: [opportunity.workspaceId, opportunity.id],
    }),
    foreignKey({ columns: [t.workspaceId, t.contactId], foreignColumns: [contact.workspaceId, contact.id] }),
    index("opportunity_contact_contact").on(t.workspaceId, t.contactId),
  ],
);

export const activity = pgTable(
  "activity",
  {
    ...record(),
    kind: text("kind").$type<ActivityKind>().notNull(),
    subject: text("subject").notNull(),
    body: text("body").notNull().default(""),
    direction: text("direction").$type<"inbound" | "outbound" | "internal">().notNull().default("outbound"),
    outcome: text("outcome"),
    occurredAt: instant("occurred_at").notNull(),
    durationMinutes: integer("duration_minutes"),
    ownerId: uuid("owner_id").notNull(),
    /** Text that came from outside: web forms, inbound mail, transcripts, imports. */
    isTainted: boolean("is_tainted").notNull().default(false),
    /** Entered by the product itself: until somebody names its outcome it waits in the owner's stream. */
    isAutoLogged: boolean("is_auto_logged").notNull().default(false),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId, t.ownerId], foreignColumns: [appUser.workspaceId, appUser.id] }),
    index("activity_without_outcome")
      .on(t.workspaceId, t.ownerId)
      .where(sql`${t.isAutoLogged} and ${t.outcome} is null`),
    index("activity_occurred").on(t.workspaceId, t.occurredAt, t.id),
    index("activity_owner").on(t.workspaceId, t.ownerId, t.occurredAt),
    index("activity_import_run").on(t.workspaceId, t.importRunId),
  ],
);

/** One record an activity belongs to; exactly one of the four is set, each a real foreign key. */
export const activityLink = pgTable(
  "activity_link",
  {
    workspaceId: workspaceId(),
    id: id(),
    activityId: uuid("activity_id").notNull(),
    accountId: uuid("account_id"),
    contactId: uuid("contact_id"),
    opportunityId: uuid("opportunity_id"),
    /** The foreign key is in the migration: leads refer to deals, and schema files do not go round in circles. */
    leadId: uuid("lead_id"),
    /** Copy of the activity's time, so that a record's timeline is one index scan. */
    occurredAt: instant("occurred_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId, t.activityId], foreignColumns: [activity.workspaceId, activity.id] }),
    foreignKey({ columns: [t.workspaceId, t.accountId], foreignColumns: [account.workspaceId, account.id] }),
    foreignKey({ columns: [t.workspaceId, t.contactId], foreignColumns: [contact.workspaceId, contact.id] }),
    foreignKey({
      columns: [t.workspaceId, t.opportunityId],
      foreignColumns: [opportunity.workspaceId, opportunity.id],
    }),
    check(
      "activity_link_one_record",
      sql`num_nonnulls(${t.accountId}, ${t.contactId}, ${t.opportunityId}, ${t.leadId}) = 1`,
    ),
    index("activity_link_activity").on(t.workspaceId, t.activityId),
    index("activity_link_account").on(t.workspaceId, t.accountId, t.occurredAt),
    index("activity_link_contact").on(t.workspaceId, t.contactId, t.occurredAt),
    index("activity_link_opportunity").on(t.workspaceId, t.opportunityId, t.occurredAt),
    index("activity_link_lead").on(t.workspaceId, t.leadId, t.occurredAt),
  ],
);

export const task = pgTable(
  "task",
  {
    ...record(),
    title: text("title").notNull(),
    /** What is to be done; all but "todo" are scheduled activities, logged when they are ticked off. */
    kind: text("kind").$type<TaskKind>().notNull().default("todo"),
    dueOn: date("due_on", { mode: "string" }),
    startsAt: instant("starts_at"),
    durationMinutes: integer("duration_minutes"),
    place: text("place"),
    doneAt: instant("done_at"),
    ownerId: uuid("owner_id").notNull(),
    createdBy: text("created_by").notNull(),
    accountId: uuid("account_id"),
    contactId: uuid("contact_id"),
    opportunityId: uuid("opportunity_id"),
    /** The foreign key is in the migration, as that of `activity_link`. */
    leadId: uuid("lead_id"),
    /** Set when the task was born from a room's intervention: "room:<block id>". */
    source: text("source"),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId, t.ownerId], foreignColumns: [appUser.workspaceId, appUser.id] }),
    foreignKey({ columns: [t.workspaceId, t.accountId], foreignColumns: [account.workspaceId, account.id] }),
    foreignKey({ columns: [t.workspaceId, t.contactId], foreignColumns: [contact.workspaceId, contact.id] }),
    foreignKey({
      columns: [t.workspaceId, t.opportunityId],
      foreignColumns: [opportunity.workspaceId, opportunity.id],
    }),
    index("task_owner").on(t.workspaceId, t.ownerId, t.doneAt, t.dueOn),
    index("task_starts").on(t.workspaceId, t.ownerId, t.startsAt),
    index("task_opportunity").on(t.workspaceId, t.opportunityId),
    index("task_account").on(t.workspaceId, t.accountId),
    index("task_lead").on(t.workspaceId, t.leadId),
  ],
);
