import type { ActivityKind, ForecastCategory } from "./crm.ts";

export const STAGE_FIELD_TYPES = ["text", "choice", "yesno", "date", "money", "number", "link", "approval"] as const;
export type StageFieldType = (typeof STAGE_FIELD_TYPES)[number];
/** Values of a field of type "approval"; the last two are a manager's word. */
export const APPROVAL_STATES = ["not_needed", "requested", "approved", "refused"] as const;

/** What a stage asks to be written down; the value stands in `opportunity.stage_data` under the key. */
export interface StageField {
  key: string;
  label: string;
  type: StageFieldType;
  /** Of a choice. */
  options?: string[];
  help?: string;
  /** Answers that raise a risk flag on the deal. */
  riskValues?: string[];
}

/** Money in cents, days as ISO dates, "yes" and "no"; an empty field has no key. */
export type StageData = Record<string, string | number>;

export const CRITERION_FIELDS = ["amountCents", "closeDate", "nextStep", "accountId"] as const;

/** What must be true before a stage is left. A next step counts with its date only, today or later. */
export type ExitCriterion =
  | { kind: "field"; field: (typeof CRITERION_FIELDS)[number]; label: string }
  /** A stage field with a value, or with one of the accepted ones; not asked for where another field says so. */
  | { kind: "stageField"; key: string; label: string; accept?: string[]; unless?: FieldEquals }
  /** A money field may differ from an earlier one by so many percent; beyond it a manager has approved. */
  | { kind: "change"; from: string; to: string; maxPercent: number; approval: string; label: string }
  /** Logged since the deal entered its stage. */
  | { kind: "activity"; activity: ActivityKind; label: string }
  | { kind: "contactRole"; role: string | null; label: string }
  | { kind: "teamRole"; role: string; label: string };

export interface FieldEquals {
  key: string;
  equals: string;
}

/** Criteria of a forecast category, whatever the stage. */
export type CategoryCriteria = Partial<Record<ForecastCategory, ExitCriterion[]>>;

/** What a stage offers to log, filled in beforehand. */
export interface ActivityTemplate {
  kind: ActivityKind;
  subject: string;
  outcomes: string[];
  checklist: string[];
}
