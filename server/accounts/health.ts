const DAY_MS = 86_400_000;

/** What is known of an account when its health is judged. */
export interface HealthSigns {
  lastActivityAt: Date | null;
  /** Activities in the last 30 days and in the 30 before. */
  touches: number;
  touchesBefore: number;
  /** People spoken to in the last 90 days. */
  peopleTouched: number;
  openDeals: number;
  /** Open deals whose next step is overdue or missing. */
  looseDeals: number;
}

export interface HealthFactor {
  label: string;
  /** Of `of` points. */
  points: number;
  of: number;
}

export interface AccountHealth {
  /** 0 to 100. */
  score: number;
  factors: HealthFactor[];
  engagement: "rising" | "steady" | "falling" | "none";
}

/**
 * Relationship health of an account: 35 points for how recent the last contact is (all within a week, none after 60 days), 25 for the trend of contacts against
 * the month before, 20 for how many people are spoken to (three are enough), 20 for open deals with a dated next step that is not overdue (all when none is open).
 */
export function judgeHealth(signs: HealthSigns, now: Date): AccountHealth {
  const { lastActivityAt, touches, touchesBefore, peopleTouched, openDeals, looseDeals } = signs;
  const days = lastActivityAt ? Math.max(0, Math.floor((now.getTime() - lastActivityAt.getTime()) / DAY_MS)) : null;
  const engagement = judgeEngagement(touches, touchesBefore);
  const factors: HealthFactor[] = [
    {
      label: days === null ? "No contact yet" : days === 0 ? "Last contact today" : `Last contact ${days} days ago`,
      points: days === null ? 0 : Math.round(35 * Math.min(1, Math.max(0, (60 - days) / 53))),
      of: 35,
    },
    {
      label: `${touches} contacts in 30 days, ${touchesBefore} in the 30 before`,
      points: { rising: 25, steady: 20, falling: 8, none: 0 }[engagement],
      of: 25,
    },
    {
      label: `${peopleTouched} ${peopleTouched === 1 ? "person" : "people"} spoken to in 90 days`,
      points: Math.round((20 * Math.min(3, peopleTouched)) / 3),
      of: 20,
    },
    {
      label:
        openDeals === 0
          ? "No open deal"
          : `${openDeals - looseDeals} of ${openDeals} open deals have a dated next step`,
      points: openDeals === 0 ? 20 : Math.round((20 * (openDeals - looseDeals)) / openDeals),
      of: 20,
    },
  ];
  return { score: factors.reduce((sum, { points }) => sum + points, 0), factors, engagement };
}

function judgeEngagement(touches: number, before: number): AccountHealth["engagement"] {
  if (touches === 0 && before === 0) return "none";
  if (touches > before * 1.2) return "rising";
  return touches < before * 0.8 ? "falling" : "steady";
}
