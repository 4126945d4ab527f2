import { FREE_MAIL } from "./find-duplicates.ts";
import type { FitRule, LeadRules, ScoreBreakdown, ScoreFactor, SignalRule } from "#db/schema/index.ts";

const DAY_MS = 86_400_000;
export interface ScoredLead {
  employees: number | null;
  country: string | null;
  industry: string | null;
  title: string | null;
  source: string;
  email: string | null;
  phone: string | null;
  website: string | null;
}

export interface Signal {
  kind: string;
  occurredAt: Date;
}

/**
 * 0 to 100: the points of all fit rules that hold, and of each kind of signal, each signal halved after every half-life, no kind
 * beyond its most. Depends on its arguments alone.
 */
export function computeScore(
  { version, rules }: { version: number; rules: LeadRules["score"] },
  lead: ScoredLead,
  signals: readonly Signal[],
  now: Date,
): { score: number; breakdown: ScoreBreakdown } {
  const factors = [
    ...rules.fit.flatMap((rule) => fitFactor(rule, lead)),
    ...rules.signals.flatMap((rule) =>
      signalFactor(
        rule,
        signals.filter(({ kind }) => kind === rule.kind),
        now,
      ),
    ),
  ].sort((a, b) => Math.abs(b.points) - Math.abs(a.points) || (a.key < b.key ? -1 : 1));
  const sum = factors.reduce((total, { points }) => total + points, 0);
  const score = Math.max(0, Math.min(100, Math.round(sum)));
  return { score, breakdown: { ruleVersion: version, factors, sentence: describe(score, factors) } };
}

function fitFactor(rule: FitRule, lead: ScoredLead): ScoreFactor[] {
  const value = lead[rule.field];
  if (!holds(rule, value)) return [];
  return [{ key: rule.key, label: rule.label, kind: "fit", points: rule.points, evidence: `${rule.field}: ${value}` }];
}

function holds({ test, values = [], min, max }: FitRule, value: string | number | null): boolean {
  if (value === null || value === "") return false;
  const text = String(value).toLowerCase();
  switch (test) {
    case "filled":
      return true;
    case "one_of":
      return values.some((one) => one.toLowerCase() === text);
    case "contains":
      return values.some((one) => ` ${text.split(/[^\p{L}\p{N}]+/u).join(" ")} `.includes(` ${one.toLowerCase()} `));
    case "between":
      return Number(value) >= (min ?? -Infinity) && Number(value) <= (max ?? Infinity);
    case "business_email":
      return text.includes("@") && !FREE_MAIL.has(text.slice(text.lastIndexOf("@") + 1));
  }
}

function signalFactor(rule: SignalRule, signals: readonly Signal[], now: Date): ScoreFactor[] {
  if (signals.length === 0) return [];
  const raw = signals.reduce((total, { occurredAt }) => {
    const ageDays = Math.max(0, (now.getTime() - occurredAt.getTime()) / DAY_MS);
    return total + rule.points * 0.5 ** (ageDays / rule.halfLifeDays);
  }, 0);
  const capped = rule.points < 0 ? Math.max(raw, rule.maxPoints) : Math.min(raw, rule.maxPoints);
  const points = Math.round(capped * 10) / 10;
  if (points === 0) return [];
  const latest = new Date(Math.max(...signals.map(({ occurredAt }) => occurredAt.getTime())));
  const evidence = `${signals.length === 1 ? "once" : `${signals.length} times`}, last on ${latest.toISOString().slice(0, 10)}`;
  return [{ key: rule.kind, label: rule.label, kind: "behaviour", points, evidence }];
}

const signed = (points: number): string => (points > 0 ? `+${points}` : `−${Math.abs(points)}`);

function describe(score: number, factors: readonly ScoreFactor[]): string {
  if (factors.length === 0) return "Nothing is known yet that speaks for or against this lead.";
  const named = factors.slice(0, 3).map(({ label, points }) => `${label} (${signed(points)})`);
  const more = factors.length - named.length;
  return `${score} of 100: ${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}.`;
}
