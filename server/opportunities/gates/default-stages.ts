import type {
  ActivityTemplate,
  CategoryCriteria,
  ExitCriterion,
  FieldEquals,
  ForecastCategory,
  StageField,
  StageKind,
} from "#db/schema/index.ts";

export interface StageDefault {
  name: string;
  probability: number;
  forecastCategory: ForecastCategory;
  allowedCategories: ForecastCategory[];
  kind: StageKind;
  idleDays: number;
  guidance: string;
  fields: StageField[];
  exitCriteria: ExitCriterion[];
  activityTemplates: ActivityTemplate[];
  skipWhen: FieldEquals | null;
}

const text = (key: string, label: string, help?: string): StageField => ({
  key,
  label,
  type: "text",
  ...(help ? { help } : {}),
});
const yesNo = (key: string, label: string, riskValues?: string[]): StageField => ({
  key,
  label,
  type: "yesno",
  ...(riskValues ? { riskValues } : {}),
});
const field = (key: string, label: string, type: StageField["type"], options?: string[]): StageField => ({
  key,
  label,
  type,
  ...(options ? { options } : {}),
});
const filled = ({ key, label }: StageField): ExitCriterion => ({ kind: "stageField", key, label });

const NEXT_STEP: ExitCriterion = { kind: "field", field: "nextStep", label: "Next step with a date" };
const CLOSE_DATE: ExitCriterion = { kind: "field", field: "closeDate", label: "Expected close date" };

const QUALIFICATION = [
  text("painSummary", "Pain summary", "What hurts, whom, and what it costs them."),
  field("discoveryMeetingOn", "Discovery meeting date", "date"),
];
const DISCOVERY = [
  text("requirements", "Requirements"),
  text("buyingProcess", "Buying process steps", "Who decides in what order, and on what paper."),
  text("successCriteria", "Success criteria"),
  text("risks", "Risks"),
];
const DISCOVERY_CHECKLIST = [
  yesNo("hasBudget", "Budget confirmed", ["no"]),
  yesNo("hasTimeline", "Timeline agreed", ["no"]),
  yesNo("hasEconomicBuyer", "Met whoever signs", ["no"]),
  yesNo("hasCompetitor", "A competitor is in the game", ["yes"]),
];
const SOLUTION = [
  text("solutionScope", "Solution scope"),
  field("scopeDocument", "Scope document (link)", "link"),
  text("technicalRisks", "Technical risk notes"),
];
const DEMO = [
  { ...field("demoOutcome", "Outcome", "choice", ["Pass", "Fail"]), riskValues: ["Fail"] },
  text("demoFeedback", "Feedback notes"),
  yesNo("championConfirmed", "Champion confirmed", ["no"]),
];
const PROPOSAL = [
  field("proposalOn", "Proposal date", "date"),
  field("quotedPrice", "Pricing", "money"),
  field("discountRequest", "Discount request", "approval"),
  yesNo("needsLegalReview", "Security or legal review needed"),
];
const LEGAL = [
  field("securityQuestionnaire", "Security questionnaire (link to the file)", "link"),
  field("securityStatus", "Security status", "choice", ["Not started", "In progress", "Complete"]),
  text("redlines", "Legal redlines summary"),
  field("legalStatus", "Legal status", "choice", ["Open", "In negotiation", "Cleared"]),
];
const NEGOTIATION = [
  text("objectionNotes", "Objection notes"),
  field("updatedPrice", "Updated price", "money"),
  field("newProbability", "New probability (%)", "number"),
  field("priceApproval", "Approval of the price change", "approval"),
];
const COMMIT = [
  yesNo("buyerCommitment", "Buyer commitment verified"),
  field("quoteApproval", "Quote", "approval"),
  field("signatureOn", "Expected signature date", "date"),
  field("kickoffOn", "Tentative delivery kickoff date", "date"),
];
const [, , , NEEDS_REVIEW] = PROPOSAL as [StageField, StageField, StageField, StageField];

const COMMIT_CRITERIA: ExitCriterion[] = [
  { kind: "stageField", key: "buyerCommitment", label: "Buyer commitment verified", accept: ["yes"] },
  { kind: "stageField", key: "quoteApproval", label: "Quote approved", accept: ["approved"] },
  {
    kind: "stageField",
    key: "legalStatus",
    label: "Legal state cleared",
    accept: ["Cleared"],
    unless: { key: NEEDS_REVIEW.key, equals: "no" },
  },
  { kind: "stageField", key: "signatureOn", label: "Expected signature date" },
  { kind: "stageField", key: "kickoffOn", label: "Tentative delivery kickoff date" },
];

/** Commit is a promise: as a stage and as a category it is accepted with the same proof. */
export const DEFAULT_CATEGORY_CRITERIA: CategoryCriteria = { commit: COMMIT_CRITERIA };

const call = (subject: string, checklist: string[] = []): ActivityTemplate => ({
  kind: "call",
  subject,
  outcomes: ["Connected", "Voicemail", "No response"],
  checklist,
});
const meeting = (subject: string, outcomes: string[], checklist: string[] = []): ActivityTemplate => ({
  kind: "meeting",
  subject,
  outcomes,
  checklist,
});
const open = { kind: "open" as const, skipWhen: null, allowedCategories: [] as ForecastCategory[] };

/** What a new workspace starts with; every value is a row that an administrator may change. */
export const DEFAULT_STAGES: StageDefault[] = [
  {
    ...open,
    name: "Qualification",
    probability: 0.1,
    forecastCategory: "pipeline",
    idleDays: 7,
    guidance:
      "Find out whether there is a pain worth solving and somebody who can decide on it. Agree on a discovery date.",
    fields: QUALIFICATION,
    exitCriteria: [
      filled(QUALIFICATION[0]!),
      { kind: "contactRole", role: "Decision Maker", label: "Decision maker named" },
      NEXT_STEP,
      { kind: "activity", activity: "note", label: "Qualification note logged" },
      filled(QUALIFICATION[1]!),
    ],
    activityTemplates: [
      call("Qualification call", ["Fit", "Authority", "Need", "Timing"]),
      { kind: "note", subject: "Qualification note", outcomes: [], checklist: ["Fit", "Authority", "Need", "Timing"] },
    ],
  },
  {
    ...open,
    name: "Discovery",
    probability: 0.2,
    forecastCategory: "pipeline",
    idleDays: 10,
    guidance: "Understand requirements, how they buy, what success is for them, and what could stop it.",
    fields: [...DISCOVERY, ...DISCOVERY_CHECKLIST],
    exitCriteria: [...DISCOVERY.map(filled), NEXT_STEP],
    activityTemplates: [
      meeting(
        "Discovery meeting",
        ["Requirements agreed", "Second meeting needed", "No fit"],
        ["Requirements", "Buying process", "Success criteria", "Risks", "Budget"],
      ),
    ],
  },
  {
    ...open,
    name: "Solution Design",
    probability: 0.3,
    forecastCategory: "pipeline",
    allowedCategories: ["best_case"],
    idleDays: 10,
    guidance: "Design with pre-sales what we would deliver, write down its scope, and name the technical risks.",
    fields: SOLUTION,
    exitCriteria: [
      { kind: "teamRole", role: "Pre-sales", label: "Pre-sales owner on the team" },
      ...SOLUTION.map(filled),
    ],
    activityTemplates: [
      meeting("Solution workshop", ["Scope agreed", "Open questions"], ["Scope", "Integrations", "Risks"]),
    ],
  },
  {
    ...open,
    name: "Demo/Validation",
    probability: 0.4,
    forecastCategory: "best_case",
    allowedCategories: ["pipeline"],
    idleDays: 10,
    guidance: "Show that it works for them, write down what they said, and find out who carries it inside.",
    fields: DEMO,
    exitCriteria: DEMO.map(filled),
    activityTemplates: [meeting("Demo", ["Pass", "Fail"], ["Agenda sent", "Champion present", "Feedback taken"])],
  },
  {
    ...open,
    name: "Proposal",
    probability: 0.5,
    forecastCategory: "best_case",
    allowedCategories: ["pipeline"],
    idleDays: 7,
    guidance:
      "Send the proposal with its price, settle the discount first, and ask whether security or legal must look at it.",
    fields: PROPOSAL,
    exitCriteria: [
      filled(PROPOSAL[0]!),
      filled(PROPOSAL[1]!),
      {
        kind: "stageField",
        key: "discountRequest",
        label: "Discount request settled",
        accept: ["not_needed", "approved", "refused"],
      },
      { kind: "stageField", key: NEEDS_REVIEW.key, label: "Security or legal review needed: answered" },
    ],
    activityTemplates: [
      meeting(
        "Proposal presentation",
        ["Accepted in principle", "Changes asked for", "Refused"],
        ["Price", "Scope", "Timeline"],
      ),
      { kind: "email", subject: "Proposal sent", outcomes: ["Sent"], checklist: [] },
    ],
  },
  {
    ...open,
    name: "Security/Legal Review",
    probability: 0.6,
    forecastCategory: "best_case",
    allowedCategories: ["pipeline"],
    idleDays: 14,
    guidance: "Answer the security questionnaire, settle the redlines, and keep the close date honest.",
    fields: LEGAL,
    exitCriteria: [
      filled(LEGAL[0]!),
      { kind: "stageField", key: "securityStatus", label: "Security review complete", accept: ["Complete"] },
      filled(LEGAL[2]!),
      { kind: "stageField", key: "legalStatus", label: "Legal redlines cleared", accept: ["Cleared"] },
      CLOSE_DATE,
    ],
    activityTemplates: [
      meeting("Security review", ["Complete", "Open questions"], ["Questionnaire", "Data protection"]),
    ],
    skipWhen: { key: NEEDS_REVIEW.key, equals: "no" },
  },
  {
    ...open,
    name: "Negotiation",
    probability: 0.75,
    forecastCategory: "best_case",
    allowedCategories: ["pipeline", "commit"],
    idleDays: 7,
    guidance: "Write down the objections and what the price is now; judge chance and close date anew.",
    fields: NEGOTIATION,
    exitCriteria: [
      filled(NEGOTIATION[0]!),
      filled(NEGOTIATION[1]!),
      filled(NEGOTIATION[2]!),
      CLOSE_DATE,
      {
        kind: "change",
        from: "quotedPrice",
        to: "updatedPrice",
        maxPercent: 10,
        approval: "priceApproval",
        label: "Price change within 10 %, or approved",
      },
    ],
    activityTemplates: [call("Negotiation call", ["Price", "Terms", "Close date"])],
  },
  {
    ...open,
    name: "Commit",
    probability: 0.9,
    forecastCategory: "commit",
    allowedCategories: ["best_case"],
    idleDays: 5,
    guidance: "The buyer has said yes: keep signature and kickoff dates true until the ink is dry.",
    fields: COMMIT,
    exitCriteria: COMMIT_CRITERIA,
    activityTemplates: [call("Signature follow-up")],
  },
  {
    ...open,
    name: "Closed Won",
    probability: 1,
    forecastCategory: "closed",
    kind: "won",
    idleDays: 30,
    guidance: "",
    fields: [],
    exitCriteria: [],
    activityTemplates: [],
  },
  {
    ...open,
    name: "Closed Lost",
    probability: 0,
    forecastCategory: "omitted",
    kind: "lost",
    idleDays: 30,
    guidance: "",
    fields: [],
    exitCriteria: [],
    activityTemplates: [],
  },
];
