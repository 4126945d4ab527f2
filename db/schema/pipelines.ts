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
import { createdAt, id, instant, updatedAt, workspaceId } from "./columns.ts";
import { opportunity, pipeline, stage } from "./crm.ts";
import { appUser } from "./workspace.ts";

/** A pipeline's definition as it was from this version on, so that a past report can be read with the stages of its day. */
export const pipelineVersion = pgTable(
  "pipeline_version",
  {
    workspaceId: workspaceId(),
    pipelineId: uuid("pipeline_id").notNull(),
    version: integer("version").notNull(),
    definition: jsonb("definition").notNull(),
    createdBy: text("created_by").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.pipelineId, t.version] }),
    foreignKey({ columns: [t.workspaceId, t.pipelineId], foreignColumns: [pipeline.workspaceId, pipeline.id] }),
  ],
);

const ofOpportunity = () => ({ workspaceId: workspaceId(), opportunityId: uuid("opportunity_id").notNull() });

/** A manager's leave to go on without one criterion, until a moment. */
export const stageWaiver = pgTable(
  "stage_waiver",
  {
    ...ofOpportunity(),
    id: id(),
    criterionKey: text("criterion_key").notNull(),
    label: text("label").notNull(),
    reason: text("reason").notNull(),
    expiresAt: instant("expires_at").notNull(),
    grantedBy: uuid("granted_by").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({
      columns: [t.workspaceId, t.opportunityId],
      foreignColumns: [opportunity.workspaceId, opportunity.id],
    }),
    foreignKey({ columns: [t.workspaceId, t.grantedBy], foreignColumns: [appUser.workspaceId, appUser.id] }),
    index("stage_waiver_opportunity").on(t.workspaceId, t.opportunityId, t.expiresAt),
  ],
);

/** A move that was refused, and what was missing. */
export const gateRefusal = pgTable(
  "gate_refusal",
  {
    ...ofOpportunity(),
    id: id(),
    fromStageId: uuid("from_stage_id").notNull(),
    toStageId: uuid("to_stage_id").notNull(),
    missing: jsonb("missing").$type<string[]>().notNull(),
    actorId: text("actor_id").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({
      columns: [t.workspaceId, t.opportunityId],
      foreignColumns: [opportunity.workspaceId, opportunity.id],
    }),
    foreignKey({ columns: [t.workspaceId, t.fromStageId], foreignColumns: [stage.workspaceId, stage.id] }),
    foreignKey({ columns: [t.workspaceId, t.toStageId], foreignColumns: [stage.workspaceId, stage.id] }),
    index("gate_refusal_opportunity").on(t.workspaceId, t.opportunityId, t.createdAt),
  ],
);

export const TEAM_ROLES = [
  "Pre-sales",
  "Manager",
  "Legal",
  "Delivery",
  "Customer success",
  "Executive sponsor",
] as const;

/** Who of us works on the deal beside its owner. */
export const opportunityTeam = pgTable(
  "opportunity_team",
  {
    ...ofOpportunity(),
    userId: uuid("user_id").notNull(),
    role: text("role").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.opportunityId, t.userId] }),
    foreignKey({
      columns: [t.workspaceId, t.opportunityId],
      foreignColumns: [opportunity.workspaceId, opportunity.id],
    }),
    foreignKey({ columns: [t.workspaceId, t.userId], foreignColumns: [appUser.workspaceId, appUser.id] }),
    index("opportunity_team_user").on(t.workspaceId, t.userId),
  ],
);

export const COMPETITOR_POSITIONS = ["ahead", "level", "behind", "unknown"] as const;

/** Who else the customer looks at, and how we stand against them. */
export const opportunityCompetitor = pgTable(
  "opportunity_competitor",
  {
    ...ofOpportunity(),
    id: id(),
    name: text("name").notNull(),
    position: text("position").$type<(typeof COMPETITOR_POSITIONS)[number]>().notNull().default("unknown"),
    notes: text("notes").notNull().default(""),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({
      columns: [t.workspaceId, t.opportunityId],
      foreignColumns: [opportunity.workspaceId, opportunity.id],
    }),
    unique().on(t.workspaceId, t.opportunityId, t.name),
  ],
);

/** A list's filters under a name, for one person or for everybody. */
export const savedView = pgTable(
  "saved_view",
  {
    workspaceId: workspaceId(),
    id: id(),
    ownerId: uuid("owner_id").notNull(),
    screen: text("screen").notNull(),
    name: text("name").notNull(),
    /** The address's search part, without the question mark. */
    filters: text("filters").notNull(),
    isShared: boolean("is_shared").notNull().default(false),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId, t.ownerId], foreignColumns: [appUser.workspaceId, appUser.id] }),
    unique().on(t.workspaceId, t.ownerId, t.screen, t.name),
  ],
);
