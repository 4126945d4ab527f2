import type { AssignmentRule, LeadCondition, RoutingTrace } from "#db/schema/index.ts";

/** What rules look at. */
export interface LeadFacts {
  source: string;
  country: string | null;
  industry: string | null;
  campaignId: string | null;
  employees: number | null;
  score: number;
}

export interface Candidate {
  userId: string;
  openLeads: number;
  /** When this rule last gave this person a lead, in milliseconds; 0 for never. */
  lastMs: number;
}

export interface Decision {
  ownerId: string | null;
  rule: AssignmentRule | null;
  trace: Omit<RoutingTrace, "kind" | "ruleVersion">;
}

/**
 * Whose turn it is: the first active rule whose conditions hold and that has somebody free. Depends on its arguments alone, so
 * that the same facts, rules and candidates give the same owner again.
 */
export function evaluateAssignment(
  rules: readonly AssignmentRule[],
  facts: LeadFacts,
  candidatesOf: (rule: AssignmentRule) => readonly Candidate[],
): Decision {
  const notMatched: RoutingTrace["notMatched"] = [];
  for (const rule of rules) {
    const why = whyNot(rule, facts);
    const free = why
      ? []
      : [...candidatesOf(rule)]
          .filter(({ openLeads }) => rule.maxOpenLeads === undefined || openLeads < rule.maxOpenLeads)
          .sort(orderOf(rule));
    const chosen = free[0];
    if (!chosen) {
      notMatched.push({ key: rule.key, name: rule.name, why: why ?? "nobody free" });
      continue;
    }
    const how = rule.method === "round_robin" ? "next in turn" : `fewest open leads (${chosen.openLeads})`;
    const reason = `Rule "${rule.name}": ${describe(rule.when)}; ${how}`;
    return { ownerId: chosen.userId, rule, trace: { ruleKey: rule.key, ruleName: rule.name, reason, notMatched } };
  }
  const reason = "No rule matched: waits in the pool";
  return { ownerId: null, rule: null, trace: { ruleKey: null, ruleName: null, reason, notMatched } };
}

/** First in turn first; the id breaks ties, so that the order never depends on the database's. */
export const orderOf =
  (rule: AssignmentRule) =>
  (a: Candidate, b: Candidate): number =>
    (rule.method === "round_robin"
      ? a.lastMs - b.lastMs || a.openLeads - b.openLeads
      : a.openLeads - b.openLeads || a.lastMs - b.lastMs) || (a.userId < b.userId ? -1 : 1);

const includes = (list: readonly string[], value: string | null): boolean =>
  value !== null && list.some((one) => one.toLowerCase() === value.trim().toLowerCase());

function whyNot({ isActive, when }: AssignmentRule, facts: LeadFacts): string | undefined {
  if (!isActive) return "switched off";
  if (when.sources?.length && !includes(when.sources, facts.source)) return `source is ${facts.source}`;
  if (when.countries?.length && !includes(when.countries, facts.country))
    return `country is ${facts.country ?? "unknown"}`;
  if (when.industries?.length && !includes(when.industries, facts.industry))
    return `industry is ${facts.industry ?? "unknown"}`;
  if (when.campaignIds?.length && !includes(when.campaignIds, facts.campaignId)) return "another campaign";
  if (when.minEmployees !== undefined && (facts.employees ?? -1) < when.minEmployees)
    return facts.employees === null ? "size is unknown" : `${facts.employees} employees`;
  if (when.maxEmployees !== undefined && (facts.employees ?? Infinity) > when.maxEmployees)
    return facts.employees === null ? "size is unknown" : `${facts.employees} employees`;
  if (when.minScore !== undefined && facts.score < when.minScore) return `score is ${facts.score}`;
  return undefined;
}

function describe(when: LeadCondition): string {
  const parts = [
    when.sources?.length ? `source ${when.sources.join(" or ")}` : "",
    when.countries?.length ? `country ${when.countries.join(" or ")}` : "",
    when.industries?.length ? `industry ${when.industries.join(" or ")}` : "",
    when.campaignIds?.length ? "campaign" : "",
    when.minEmployees === undefined ? "" : `${when.minEmployees} employees or more`,
    when.maxEmployees === undefined ? "" : `at most ${when.maxEmployees} employees`,
    when.minScore === undefined ? "" : `score ${when.minScore} or more`,
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(", ") : "every lead";
}
