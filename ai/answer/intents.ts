/** Questions that are answered by computing instead of searching. */
export const INTENTS = [
  "count-open-deals",
  "pipeline-sum",
  "won-sum",
  "what-changed",
  "decision-maker",
  "next-step",
  "overdue-tasks",
  "close-date",
  "stage",
  "owner",
  "contacts",
  "last-activity",
] as const;
export type Intent = (typeof INTENTS)[number];

const PATTERNS: readonly { intent: Intent; pattern: RegExp }[] = [
  {
    intent: "count-open-deals",
    pattern: /\bhow many\b.*\b(?:open |active |running )?(?:deals?|opportunit(?:y|ies))\b/,
  },
  {
    intent: "won-sum",
    pattern:
      /\b(?:how much|total|sum|value|revenue)\b.*\b(?:won|closed[- ]won|sold|booked)\b|\bwon\b.*\b(?:total|sum|amount|value|how much)\b/,
  },
  {
    intent: "pipeline-sum",
    pattern:
      /\b(?:how (?:big|large|much)|total|sum|value|worth|size)\b.*\b(?:pipeline|open (?:deals|opportunities))\b|\bpipeline\b.*\b(?:total|sum|value|worth|size)\b/,
  },
  {
    intent: "what-changed",
    pattern:
      /\bwhat(?:'s| is| has|'ve| have)? (?:been )?(?:changed|new|happened)\b|\bany (?:changes|news)\b|\bwhat did (?:i|we) miss\b|\bsince (?:my|our) last (?:visit|look)\b/,
  },
  {
    intent: "decision-maker",
    pattern: /\bdecision[- ]?makers?\b|\bwho (?:decides|signs|makes the (?:decision|call))\b|\beconomic buyer\b/,
  },
  {
    intent: "overdue-tasks",
    pattern: /\b(?:overdue|late|past due|open)\b.*\btasks?\b|\btasks?\b.*\b(?:overdue|late|past due|open)\b/,
  },
  { intent: "next-step", pattern: /\bnext steps?\b|\bwhat(?:'s| is) next\b/ },
  { intent: "close-date", pattern: /\bclose date\b|\bwhen\b.*\b(?:close|closing|expected to close)\b/ },
  { intent: "stage", pattern: /\b(?:what|which|current) (?:is the )?stage\b|\bstage (?:is|are)\b/ },
  { intent: "owner", pattern: /\bwho (?:owns|is the owner|is responsible)\b|\bowner of\b/ },
  { intent: "last-activity", pattern: /\blast (?:activity|contact|touch|call|meeting|e-?mail)\b|\bwhen did we last\b/ },
  {
    intent: "contacts",
    pattern: /\bwho (?:are|is) (?:the |our |involved|on )|\bbuying group\b|\b(?:list|which) (?:the )?contacts\b/,
  },
];

const OPEN_QUESTION =
  /\b(?:why|how (?:do|did|does|can|should)|what did .+ (?:say|write|ask|think)|explain|objections?|concerns?|complain\w*)\b/;

/**
 * The computed question behind the words, if it is clearly one. "Why" and "what did he say" are questions to the texts even when they name a stage.
 */
export function readIntent(question: string): Intent | undefined {
  const text = question.toLowerCase().replace(/[’‘]/g, "'");
  if (OPEN_QUESTION.test(text)) return undefined;
  return PATTERNS.find(({ pattern }) => pattern.test(text))?.intent;
}
