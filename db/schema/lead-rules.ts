/** Shapes of what is kept as JSON about leads: rules that an administrator edits, and the reasons of decisions made by them. */

/** All conditions that are given must hold; a rule without any fits every lead. Texts are compared without case. */
export interface LeadCondition {
  sources?: string[];
  countries?: string[];
  industries?: string[];
  campaignIds?: string[];
  minEmployees?: number;
  maxEmployees?: number;
  minScore?: number;
}

export interface AssignmentRule {
  key: string;
  name: string;
  isActive: boolean;
  when: LeadCondition;
  /** People and teams among whom the lead goes round; empty means everybody who sells. */
  userIds: string[];
  teamIds: string[];
  method: "round_robin" | "least_loaded";
  /** Somebody with this many open leads gets no more by this rule. */
  maxOpenLeads?: number;
  slaPolicyId?: string;
}

export interface FitRule {
  key: string;
  label: string;
  field: "employees" | "country" | "industry" | "title" | "source" | "email" | "phone" | "website";
  test: "filled" | "one_of" | "contains" | "between" | "business_email";
  values?: string[];
  min?: number;
  max?: number;
  /** May be negative. */
  points: number;
}

export interface SignalRule {
  kind: string;
  label: string;
  points: number;
  /** After this many days a signal counts half. */
  halfLifeDays: number;
  /** The most points that signals of this kind may add together. */
  maxPoints: number;
}

export type HotRule =
  | { key: string; label: string; kind: "signal"; signal: string; count: number; withinHours: number }
  | { key: string; label: string; kind: "score_rise"; points: number; withinHours: number };

export type Outcome = "connected" | "voicemail" | "no_response";

export interface LeadRules {
  assignment: { rules: AssignmentRule[] };
  score: { fit: FitRule[]; signals: SignalRule[]; threshold: number };
  hot: { rules: HotRule[] };
  /** What an outcome of outreach makes of a status; the first that fits counts, none leaves it. */
  status: { rules: { outcome: Outcome; from: string[]; to: "working" | "nurture" }[]; undoMinutes: number };
}
export type LeadRulesKind = keyof LeadRules;

export interface RoutingTrace {
  kind: "rule" | "score" | "hot" | "person" | "none";
  ruleVersion: number | null;
  ruleKey: string | null;
  ruleName: string | null;
  /** One sentence for people. */
  reason: string;
  notMatched: { key: string; name: string; why: string }[];
}

export interface ScoreFactor {
  key: string;
  label: string;
  kind: "fit" | "behaviour";
  points: number;
  /** What the points rest on, in words. */
  evidence: string;
}

export interface ScoreBreakdown {
  ruleVersion: number;
  factors: ScoreFactor[];
  sentence: string;
}
