const DAY_MS = 86_400_000;

/** Text loses half its weight in this many days. */
export const HALF_LIFE_DAYS = 90;

/** The weight of a text of a given age: 1 today, 0.5 after the half-life, never above 1 (a meeting next week is not newer than now). */
export function recencyWeight(occurredAt: Date, now: Date, halfLifeDays: number = HALF_LIFE_DAYS): number {
  const ageDays = Math.max(0, now.getTime() - occurredAt.getTime()) / DAY_MS;
  return 0.5 ** (ageDays / halfLifeDays);
}
