import { boolean, date, foreignKey, index, integer, jsonb, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { createdAt, id, instant, workspaceId } from "./columns.ts";
import { opportunity } from "./crm.ts";
import { appUser, workspace } from "./workspace.ts";

/** One rule that holds for a deal, with the points it takes from its health and what it rests on. */
export interface HealthFactor {
  rule: string;
  name: string;
  points: number;
  reason: string;
  /** The action that it asks for, and what makes it go away. */
  title: string;
  clears: string;
  evidence: { type: string; id: string; label: string; quote: string }[];
}

export const ALERT_KINDS = ["no-next-step", "next-step-overdue", "no-activity", "over-idle-limit"] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

export interface RiskRules {
  /** Points of 100 that each rule takes, by the rule's id; a rule that is not named takes none. */
  points: Record<string, number>;
  /** A deal with fewer points is at risk. */
  atRiskBelow: number;
  /** Days without any activity after which the owner is told. */
  noActivityDays: number;
}

/** Weights and limits of deal risk; the newest version counts, older ones explain older scores. */
export const riskRuleSet = pgTable(
  "risk_rule_set",
  {
    workspaceId: workspaceId(),
    version: integer("version").notNull(),
    rules: jsonb("rules").$type<RiskRules>().notNull(),
    note: text("note").notNull(),
    createdBy: text("created_by").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.version] }),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
  ],
);

export const opportunityHealth = pgTable(
  "opportunity_health",
  {
    workspaceId: workspaceId(),
    opportunityId: uuid("opportunity_id").notNull(),
    /** 0 to 100. */
    score: integer("score").notNull(),
    isAtRisk: boolean("is_at_risk").notNull(),
    factors: jsonb("factors").$type<HealthFactor[]>().notNull(),
    alerts: jsonb("alerts").$type<AlertKind[]>().notNull().default([]),
    rulesVersion: integer("rules_version").notNull(),
    computedOn: date("computed_on", { mode: "string" }).notNull(),
    computedAt: instant("computed_at").notNull(),
    /** Somebody's own judgement, which goes before the score; null when there is none. */
    manualAtRisk: boolean("manual_at_risk"),
    manualReason: text("manual_reason"),
    manualBy: uuid("manual_by"),
    manualAt: instant("manual_at"),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.opportunityId] }),
    foreignKey({
      columns: [t.workspaceId, t.opportunityId],
      foreignColumns: [opportunity.workspaceId, opportunity.id],
    }),
    foreignKey({ columns: [t.workspaceId, t.manualBy], foreignColumns: [appUser.workspaceId, appUser.id] }),
    index("opportunity_health_risk").on(t.workspaceId, t.isAtRisk),
    index("opportunity_health_computed").on(t.workspaceId, t.computedOn),
  ],
);

/** A card of the stream that its reader put off or away; one person's own. */
export const priorityDecision = pgTable(
  "priority_decision",
  {
    workspaceId: workspaceId(),
    id: id(),
    userId: uuid("user_id").notNull(),
    cardKey: text("card_key").notNull(),
    /** What the card rested on: a dismissal ends when this changes. */
    cause: text("cause").notNull(),
    kind: text("kind").$type<"snooze" | "dismiss">().notNull(),
    reason: text("reason").notNull(),
    until: date("until", { mode: "string" }),
    createdAt: createdAt(),
    undoneAt: instant("undone_at"),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId, t.userId], foreignColumns: [appUser.workspaceId, appUser.id] }),
    index("priority_decision_card").on(t.workspaceId, t.userId, t.cardKey),
  ],
);
