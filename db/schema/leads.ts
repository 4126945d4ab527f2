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
  text,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { sql } from "drizzle-orm";
import { createdAt, id, instant, updatedAt, workspaceId } from "./columns.ts";
import type { LeadRules, LeadRulesKind, RoutingTrace, ScoreBreakdown } from "./lead-rules.ts";
import { account, contact, opportunity } from "./crm.ts";
import { appUser, workspace } from "./workspace.ts";

export const LEAD_STATUSES = ["new", "working", "nurture", "qualified", "disqualified", "converted"] as const;
export type LeadStatus = (typeof LEAD_STATUSES)[number];
/** Statuses in which somebody still has to do something about the lead. */
export const OPEN_LEAD_STATUSES: readonly LeadStatus[] = ["new", "working", "nurture", "qualified"];
export const LEAD_SOURCES = ["web", "email", "event", "referral", "partner", "phone", "import", "other"] as const;
export type LeadSource = (typeof LEAD_SOURCES)[number];

/** What leads came from: a trade show, a mailing, an advertisement. */
export const campaign = pgTable(
  "campaign",
  {
    workspaceId: workspaceId(),
    id: id(),
    name: text("name").notNull(),
    source: text("source").$type<LeadSource>().notNull().default("event"),
    startsOn: date("starts_on", { mode: "string" }),
    slaPolicyId: uuid("sla_policy_id"),
    isActive: boolean("is_active").notNull().default(true),
    version: integer("version").notNull().default(1),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
    foreignKey({
      columns: [t.workspaceId, t.slaPolicyId],
      foreignColumns: [leadSlaPolicy.workspaceId, leadSlaPolicy.id],
    }),
    unique().on(t.workspaceId, t.name),
  ],
);

/** Working minutes until the first human touch. */
export const leadSlaPolicy = pgTable(
  "lead_sla_policy",
  {
    workspaceId: workspaceId(),
    id: id(),
    name: text("name").notNull(),
    responseMinutes: integer("response_minutes").notNull(),
    /** Share of the time, in percent, after which the lead counts as at risk. */
    atRiskPercent: integer("at_risk_percent").notNull().default(75),
    /** `standard` is for leads that nothing else says, `hot` for those that a buying signal marked. */
    purpose: text("purpose").$type<"standard" | "hot" | "other">().notNull().default("other"),
    version: integer("version").notNull().default(1),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
    unique().on(t.workspaceId, t.name),
    uniqueIndex("lead_sla_policy_purpose")
      .on(t.workspaceId, t.purpose)
      .where(sql`${t.purpose} <> 'other'`),
  ],
);

/** Versioned rules as data; the highest version of a kind is in force, older ones stay so that decisions can be replayed. */
export const leadRuleSet = pgTable(
  "lead_rule_set",
  {
    workspaceId: workspaceId(),
    kind: text("kind").$type<LeadRulesKind>().notNull(),
    version: integer("version").notNull(),
    rules: jsonb("rules").$type<LeadRules[LeadRulesKind]>().notNull(),
    note: text("note").notNull().default(""),
    createdBy: text("created_by").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.kind, t.version] }),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
  ],
);

export const lead = pgTable(
  "lead",
  {
    workspaceId: workspaceId(),
    id: id(),
    firstName: text("first_name").notNull().default(""),
    lastName: text("last_name").notNull(),
    company: text("company").notNull().default(""),
    title: text("title"),
    email: text("email"),
    phone: text("phone"),
    website: text("website"),
    country: text("country"),
    industry: text("industry"),
    employees: integer("employees"),
    description: text("description"),
    custom: jsonb("custom").$type<Record<string, string>>().notNull().default({}),
    source: text("source").$type<LeadSource>().notNull(),
    campaignId: uuid("campaign_id"),
    webFormId: uuid("web_form_id"),
    status: text("status").$type<LeadStatus>().notNull().default("new"),
    ownerId: uuid("owner_id"),
    assignedAt: instant("assigned_at"),
    /** Why this owner: the rule that matched and those that did not. */
    routing: jsonb("routing").$type<RoutingTrace>(),
    /** 0 to 100. */
    score: integer("score").notNull().default(0),
    scoreBreakdown: jsonb("score_breakdown").$type<ScoreBreakdown>(),
    scoredAt: instant("scored_at"),
    slaPolicyId: uuid("sla_policy_id"),
    slaStartedAt: instant("sla_started_at"),
    slaAtRiskAt: instant("sla_at_risk_at"),
    slaDueAt: instant("sla_due_at"),
    firstTouchAt: instant("first_touch_at"),
    /** When owner and manager were told that nobody touched it in time. */
    slaBreachedAt: instant("sla_breached_at"),
    followUpOn: date("follow_up_on", { mode: "string" }),
    hotAt: instant("hot_at"),
    hotReason: text("hot_reason"),
    flaggedAt: instant("flagged_at"),
    flagReason: text("flag_reason"),
    flaggedBy: uuid("flagged_by"),
    fit: text("fit"),
    authority: text("authority"),
    need: text("need"),
    timing: text("timing"),
    qualificationNotes: text("qualification_notes"),
    disqualifyReason: text("disqualify_reason"),
    nextStep: text("next_step"),
    nextStepDue: date("next_step_due", { mode: "string" }),
    lastActivityAt: instant("last_activity_at"),
    convertedAt: instant("converted_at"),
    convertedAccountId: uuid("converted_account_id"),
    convertedContactId: uuid("converted_contact_id"),
    convertedOpportunityId: uuid("converted_opportunity_id"),
    /** Text that came from outside: web forms and imports. */
    isTainted: boolean("is_tainted").notNull().default(false),
    externalId: text("external_id"),
    importRunId: uuid("import_run_id"),
    version: integer("version").notNull().default(1),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    deletedAt: instant("deleted_at"),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
    foreignKey({ columns: [t.workspaceId, t.ownerId], foreignColumns: [appUser.workspaceId, appUser.id] }),
    foreignKey({ columns: [t.workspaceId, t.flaggedBy], foreignColumns: [appUser.workspaceId, appUser.id] }),
    foreignKey({ columns: [t.workspaceId, t.campaignId], foreignColumns: [campaign.workspaceId, campaign.id] }),
    foreignKey({ columns: [t.workspaceId, t.webFormId], foreignColumns: [webForm.workspaceId, webForm.id] }),
    foreignKey({
      columns: [t.workspaceId, t.slaPolicyId],
      foreignColumns: [leadSlaPolicy.workspaceId, leadSlaPolicy.id],
    }),
    foreignKey({ columns: [t.workspaceId, t.convertedAccountId], foreignColumns: [account.workspaceId, account.id] }),
    foreignKey({ columns: [t.workspaceId, t.convertedContactId], foreignColumns: [contact.workspaceId, contact.id] }),
    foreignKey({
      columns: [t.workspaceId, t.convertedOpportunityId],
      foreignColumns: [opportunity.workspaceId, opportunity.id],
    }),
    check("lead_score_range", sql`${t.score} between 0 and 100`),
    check("lead_converted", sql`(${t.status} = 'converted') = (${t.convertedAt} is not null)`),
    index("lead_owner").on(t.workspaceId, t.ownerId, t.status),
    index("lead_status").on(t.workspaceId, t.status, t.createdAt, t.id),
    index("lead_created").on(t.workspaceId, t.createdAt, t.id),
    index("lead_by_score").on(t.workspaceId, t.score, t.id),
    index("lead_sla_due").on(t.workspaceId, sql`coalesce(${t.slaDueAt}, timestamptz 'infinity')`, t.id),
    index("lead_follow_up").on(t.workspaceId, sql`coalesce(${t.followUpOn}, date '9999-12-31')`, t.id),
    index("lead_last_activity").on(t.workspaceId, sql`coalesce(${t.lastActivityAt}, ${t.createdAt})`, t.id),
    index("lead_name").on(t.workspaceId, sql`lower(${t.lastName})`, t.id),
    index("lead_email").on(t.workspaceId, sql`lower(${t.email})`),
    index("lead_campaign").on(t.workspaceId, t.campaignId),
    index("lead_import_run").on(t.workspaceId, t.importRunId),
    index("lead_external_id").on(t.workspaceId, t.externalId),
    index("lead_converted_account").on(t.workspaceId, t.convertedAccountId),
    index("lead_converted_contact").on(t.workspaceId, t.convertedContactId),
    index("lead_converted_opportunity").on(t.workspaceId, t.convertedOpportunityId),
    index("lead_breach_due")
      .on(t.slaDueAt)
      .where(sql`${t.firstTouchAt} is null and ${t.slaBreachedAt} is null`),
    index("lead_nurture_due")
      .on(t.followUpOn)
      .where(sql`${t.status} = 'nurture'`),
  ],
);

/** Every change of owner, with all that the decision was made from: the same rules and facts give the same owner again. */
export const leadAssignment = pgTable(
  "lead_assignment",
  {
    workspaceId: workspaceId(),
    id: id(),
    leadId: uuid("lead_id").notNull(),
    fromOwnerId: uuid("from_owner_id"),
    ownerId: uuid("owner_id"),
    kind: text("kind").$type<"rule" | "score" | "hot" | "person">().notNull(),
    reason: text("reason").notNull(),
    ruleVersion: integer("rule_version"),
    ruleKey: text("rule_key"),
    inputs: jsonb("inputs").$type<Record<string, unknown>>().notNull().default({}),
    actorId: text("actor_id").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId, t.leadId], foreignColumns: [lead.workspaceId, lead.id] }),
    foreignKey({ columns: [t.workspaceId, t.ownerId], foreignColumns: [appUser.workspaceId, appUser.id] }),
    foreignKey({ columns: [t.workspaceId, t.fromOwnerId], foreignColumns: [appUser.workspaceId, appUser.id] }),
    index("lead_assignment_lead").on(t.workspaceId, t.leadId, t.createdAt),
    index("lead_assignment_rule").on(t.workspaceId, t.ruleKey, t.ownerId, t.createdAt),
  ],
);

/** Something that the person behind a lead did. */
export const leadSignal = pgTable(
  "lead_signal",
  {
    workspaceId: workspaceId(),
    id: id(),
    leadId: uuid("lead_id").notNull(),
    kind: text("kind").notNull(),
    detail: text("detail"),
    occurredAt: instant("occurred_at").notNull(),
    /** One row per happening, however often it is told. */
    externalId: text("external_id"),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId, t.leadId], foreignColumns: [lead.workspaceId, lead.id] }),
    index("lead_signal_lead").on(t.workspaceId, t.leadId, t.occurredAt),
    uniqueIndex("lead_signal_external_id")
      .on(t.workspaceId, t.leadId, t.externalId)
      .where(sql`${t.externalId} is not null`),
  ],
);

/** The score after each change. */
export const leadScore = pgTable(
  "lead_score",
  {
    workspaceId: workspaceId(),
    id: id(),
    leadId: uuid("lead_id").notNull(),
    score: integer("score").notNull(),
    previousScore: integer("previous_score"),
    ruleVersion: integer("rule_version").notNull(),
    reason: text("reason").notNull(),
    breakdown: jsonb("breakdown").$type<ScoreBreakdown>().notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId, t.leadId], foreignColumns: [lead.workspaceId, lead.id] }),
    index("lead_score_lead").on(t.workspaceId, t.leadId, t.createdAt),
  ],
);

/** A manager's or rep's word on a new lead: good or not, and why. */
export const leadVerdict = pgTable(
  "lead_verdict",
  {
    workspaceId: workspaceId(),
    id: id(),
    leadId: uuid("lead_id").notNull(),
    verdict: text("verdict").$type<"accepted" | "rejected">().notNull(),
    reason: text("reason").notNull().default(""),
    scoreThen: integer("score_then").notNull(),
    authorId: uuid("author_id").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId, t.leadId], foreignColumns: [lead.workspaceId, lead.id] }),
    foreignKey({ columns: [t.workspaceId, t.authorId], foreignColumns: [appUser.workspaceId, appUser.id] }),
    unique().on(t.workspaceId, t.leadId),
  ],
);

/** What a conversion made and linked, so that it can be taken back as one act. */
export const leadConversion = pgTable(
  "lead_conversion",
  {
    workspaceId: workspaceId(),
    id: id(),
    leadId: uuid("lead_id").notNull(),
    accountId: uuid("account_id").notNull(),
    contactId: uuid("contact_id").notNull(),
    opportunityId: uuid("opportunity_id").notNull(),
    isNewAccount: boolean("is_new_account").notNull(),
    isNewContact: boolean("is_new_contact").notNull(),
    linkIds: uuid("link_ids").array().notNull(),
    taskIds: uuid("task_ids").array().notNull(),
    previousStatus: text("previous_status").$type<LeadStatus>().notNull(),
    /** Whose work the lead was when it became a deal: keeps the credit when the deal goes to somebody else. */
    sourcedById: uuid("sourced_by_id"),
    handoverNote: text("handover_note"),
    convertedBy: text("converted_by").notNull(),
    /** The new deal as conversion left it: once it was worked on, taking back would lose that work. */
    opportunityVersion: integer("opportunity_version").notNull(),
    undoUntil: instant("undo_until").notNull(),
    undoneAt: instant("undone_at"),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId, t.leadId], foreignColumns: [lead.workspaceId, lead.id] }),
    foreignKey({ columns: [t.workspaceId, t.accountId], foreignColumns: [account.workspaceId, account.id] }),
    foreignKey({ columns: [t.workspaceId, t.contactId], foreignColumns: [contact.workspaceId, contact.id] }),
    foreignKey({
      columns: [t.workspaceId, t.opportunityId],
      foreignColumns: [opportunity.workspaceId, opportunity.id],
    }),
    foreignKey({ columns: [t.workspaceId, t.sourcedById], foreignColumns: [appUser.workspaceId, appUser.id] }),
    index("lead_conversion_lead").on(t.workspaceId, t.leadId, t.createdAt),
    index("lead_conversion_opportunity").on(t.workspaceId, t.opportunityId),
  ],
);

/** A public form on somebody's website. The key is in its address and is no secret. */
export const webForm = pgTable(
  "web_form",
  {
    workspaceId: workspaceId(),
    id: id(),
    publicKey: text("public_key").notNull(),
    name: text("name").notNull(),
    campaignId: uuid("campaign_id"),
    /** Where a browser goes after sending; empty shows a page of thanks. */
    thanksUrl: text("thanks_url"),
    hourlyLimit: integer("hourly_limit").notNull().default(200),
    isActive: boolean("is_active").notNull().default(true),
    version: integer("version").notNull().default(1),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
    foreignKey({ columns: [t.workspaceId, t.campaignId], foreignColumns: [campaign.workspaceId, campaign.id] }),
    uniqueIndex("web_form_public_key").on(t.publicKey),
  ],
);

/** How often a form was sent in an hour, in all (`*`) and per network. */
export const webFormCount = pgTable(
  "web_form_count",
  {
    workspaceId: workspaceId(),
    formId: uuid("form_id").notNull(),
    network: text("network").notNull(),
    hour: instant("hour").notNull(),
    count: integer("count").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.formId, t.network, t.hour] }),
    foreignKey({ columns: [t.workspaceId, t.formId], foreignColumns: [webForm.workspaceId, webForm.id] }).onDelete(
      "cascade",
    ),
  ],
);
