import { figure, median, percentile } from "../support/statistics.ts";
import { printTable } from "../support/print.ts";
import { runLoad, type LoadPlan, type LoadResult } from "./load.ts";
import type { Target } from "./targets.ts";

export interface RoundFigures {
  propagationP50: number;
  propagationP99: number;
  receiptP50: number;
  receiptP99: number;
  letters: number;
  missing: number;
}

export interface Comparison {
  rounds: Record<string, RoundFigures[]>;
  medians: Record<string, RoundFigures>;
}

export interface ComparisonPlan extends Omit<LoadPlan, "roomUrls"> {
  rooms: number;
  rounds: number;
}

/** Measures the targets in turn, forwards and backwards alternately, so that a machine that slows down slows all alike. */
export async function compare(targets: readonly Target[], plan: ComparisonPlan): Promise<Comparison> {
  const rounds: Comparison["rounds"] = Object.fromEntries(targets.map(({ name }) => [name, []]));
  for (let round = 0; round < plan.rounds; round++) {
    for (const target of round % 2 === 0 ? targets : [...targets].reverse()) {
      const { roomUrls, kill } = await target.start(plan.rooms);
      try {
        const figures = figuresOf(await runLoad({ ...plan, roomUrls }));
        rounds[target.name]!.push(figures);
        console.log(
          `  round ${round + 1}  ${target.name.padEnd(28)} propagation p99 ${figure(figures.propagationP99)} ms, receipt p99 ${figure(figures.receiptP99)} ms`,
        );
      } finally {
        await kill();
      }
    }
  }
  const medians = Object.fromEntries(Object.entries(rounds).map(([name, list]) => [name, medianOf(list)]));
  return { rounds, medians };
}

/** `floor` and `peer` name the targets that all are compared with. */
export function printComparison({ rounds, medians }: Comparison, floor: string, peer: string): void {
  const rows = Object.entries(medians).map(([name, m]) => [
    name,
    ...[m.propagationP50, m.propagationP99, m.receiptP50, m.receiptP99].map((value) => figure(value)),
    figure(ratio(rounds[name]!, rounds[floor]!), 2),
    figure(ratio(rounds[name]!, rounds[peer]!), 2),
    String(m.missing),
  ]);
  printTable(
    ["server (ms)", "seen p50", "seen p99", "saved p50", "saved p99", "p99 / floor", "p99 / peer", "missing"],
    rows,
  );
}

/** Of the same round with each other, then the median: what disturbs a round mostly disturbs all its targets. */
export const ratio = (ours: readonly RoundFigures[], theirs: readonly RoundFigures[] = []): number =>
  median(ours.map(({ propagationP99 }, round) => propagationP99 / (theirs[round]?.propagationP99 ?? NaN)));

const figuresOf = ({ propagation, receipts, letters, missing }: LoadResult): RoundFigures => ({
  propagationP50: percentile(propagation, 0.5),
  propagationP99: percentile(propagation, 0.99),
  receiptP50: percentile(receipts, 0.5),
  receiptP99: percentile(receipts, 0.99),
  letters,
  missing,
});

function medianOf(list: readonly RoundFigures[]): RoundFigures {
  const keys = Object.keys(list[0]!) as (keyof RoundFigures)[];
  return Object.fromEntries(keys.map((key) => [key, median(list.map((one) => one[key]))])) as unknown as RoundFigures;
}
