import { LABEL } from "../labels.ts";
import type { Confidence } from "../contract.ts";
import type { DealSignals, NextBestAction } from "./input.ts";
import { HYGIENE_RULES } from "./rules-hygiene.ts";
import { PEOPLE_RULES } from "./rules-people.ts";
import { TEXT_RULES } from "./rules-text.ts";

export const RULES = [...HYGIENE_RULES, ...PEOPLE_RULES, ...TEXT_RULES] as const;
export const SUGGESTIONS_PER_DAY = 5;

/** What people did with a rule's suggestions so far. */
export interface RuleRecord {
  readonly accepted: number;
  readonly dismissed: number;
}

export interface RankedAction extends NextBestAction {
  readonly label: string;
  /** Amount at risk in cents x urgency x the rule's precision: comparable within one workspace only. */
  readonly priority: number;
  /** The rule's measured precision, 0..1. */
  readonly precision: number;
  readonly confidence: Confidence;
}

export interface RankContext {
  readonly now: Date;
  readonly records: ReadonlyMap<string, RuleRecord>;
  /** Stands in for deals without an amount: the workspace's median. */
  readonly typicalAmountCents: number;
  /** Rules a person has dismissed for this deal, unless their evidence changed since. */
  readonly dismissed?: ReadonlySet<string>;
}

/** Every rule that holds for a deal, the most urgent money first; ties go by rule id. */
export function nextBestActions(signals: DealSignals, context: RankContext): RankedAction[] {
  const amount = Math.max(1, signals.deal.amountCents ?? context.typicalAmountCents);
  return RULES.flatMap((rule): RankedAction[] => {
    if (context.dismissed?.has(rule.id)) return [];
    const found = rule.check(signals, context.now);
    if (!found) return [];
    const precision = precisionOf(context.records.get(rule.id));
    const action: NextBestAction = {
      ...found,
      rule: rule.id,
      ruleName: rule.name,
      target: { type: "opportunity", id: signals.deal.id },
    };
    return [
      {
        ...action,
        label: LABEL.rule(rule.name),
        priority: Math.round(amount * found.urgency * precision),
        precision,
        confidence: confidenceOf(context.records.get(rule.id), precision),
      },
    ];
  }).sort((a, b) => b.priority - a.priority || (a.rule < b.rule ? -1 : 1));
}

/** The share of a rule's suggestions that people took, as if two of four earlier ones had been taken: an untested rule counts one half. */
export function precisionOf(record: RuleRecord | undefined): number {
  const accepted = record?.accepted ?? 0;
  return (accepted + 2) / (accepted + (record?.dismissed ?? 0) + 4);
}

/** The best few of many deals for one person's day, at most one per deal. */
export function pickForDay(actions: readonly RankedAction[], most: number = SUGGESTIONS_PER_DAY): RankedAction[] {
  const seen = new Set<string>();
  return [...actions]
    .sort((a, b) => b.priority - a.priority || (a.target.id < b.target.id ? -1 : 1))
    .filter(({ target }) => !seen.has(target.id) && seen.add(target.id))
    .slice(0, most);
}

function confidenceOf(record: RuleRecord | undefined, precision: number): Confidence {
  const decided = (record?.accepted ?? 0) + (record?.dismissed ?? 0);
  if (decided < 10) return "medium";
  return precision >= 0.6 ? "high" : precision >= 0.3 ? "medium" : "low";
}
