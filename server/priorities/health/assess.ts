import type { AlertKind, HealthFactor, RiskRules } from "#db/schema/index.ts";
import { RULES } from "#ai/next-best-action/rank.ts";
import type { DealSignals } from "#ai/next-best-action/input.ts";

export interface Assessment {
  /** 0 to 100: what the rules leave of 100. */
  score: number;
  isAtRisk: boolean;
  factors: HealthFactor[];
  alerts: AlertKind[];
}

const DAY_MS = 86_400_000;

/** Health of one open deal by the assistant's rules, each with its points. Pure: the clock is an argument. */
export function assess(signals: DealSignals, rules: RiskRules, now: Date): Assessment {
  const factors = RULES.flatMap((rule): HealthFactor[] => {
    const points = rules.points[rule.id] ?? 0;
    const found = points > 0 ? rule.check(signals, now) : undefined;
    if (!found) return [];
    const evidence = found.evidence.map(({ passage, quote }) => ({
      ...{ type: passage.record.type, id: passage.record.id, label: passage.label },
      quote: quote.slice(0, 400),
    }));
    const { title, reason, clears } = found;
    return [{ rule: rule.id, name: rule.name, points, title, reason, clears, evidence }];
  }).sort((a, b) => b.points - a.points || (a.rule < b.rule ? -1 : 1));
  const score = Math.max(0, 100 - factors.reduce((sum, { points }) => sum + points, 0));
  return { score, isAtRisk: score < rules.atRiskBelow, factors, alerts: alertsOf(signals, rules, now) };
}

/** What the owner is told of, whatever weight the rule has. */
function alertsOf({ deal, idleDays }: DealSignals, rules: RiskRules, now: Date): AlertKind[] {
  const today = now.toISOString().slice(0, 10);
  const quietDays = Math.floor((now.getTime() - (deal.lastActivityAt ?? deal.stageEnteredAt).getTime()) / DAY_MS);
  const isMissing = !deal.nextStep || !deal.nextStepDue;
  return [
    ...(isMissing ? (["no-next-step"] as const) : []),
    ...(!isMissing && deal.nextStepDue! < today ? (["next-step-overdue"] as const) : []),
    ...(quietDays > rules.noActivityDays ? (["no-activity"] as const) : []),
    ...(quietDays > idleDays ? (["over-idle-limit"] as const) : []),
  ];
}
