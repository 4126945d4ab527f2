import { Tooltip } from "@mantine/core";

const formats = new Map<string, Intl.NumberFormat>();

function formatIn(currency: string): Intl.NumberFormat {
  const known = formats.get(currency);
  if (known) return known;
  const options = { style: "currency", currency, minimumFractionDigits: 0, maximumFractionDigits: 2 } as const;
  const made = new Intl.NumberFormat("en-US", options);
  formats.set(currency, made);
  return made;
}

export const exactMoney = (cents: number, currency = "USD"): string => formatIn(currency).format(cents / 100);

const MAGNITUDES: [number, string][] = [
  [1e9, "B"],
  [1e6, "M"],
  [1e3, "k"],
];

/** "$48.2k". Not Intl's compact notation: server and browser round it differently, and then the page would flicker. */
export function compactMoney(cents: number, currency = "USD"): string {
  const amount = cents / 100;
  const [size, letter] = MAGNITUDES.find(([bound]) => Math.abs(amount) >= bound) ?? [1, ""];
  const rounded = Math.round((amount / size) * 10) / 10;
  return formatIn(currency).format(size === 1 ? Math.round(amount) : rounded) + letter;
}

/** Compact in cards, exact on hover and for screen readers. */
export function Money({
  cents,
  currency = "USD",
  isExact = false,
}: {
  cents: number | null;
  currency?: string;
  isExact?: boolean;
}) {
  if (cents === null) return <span className="muted">No amount</span>;
  const exact = exactMoney(cents, currency);
  if (isExact) return <span className="tabular">{exact}</span>;
  return (
    <Tooltip label={exact}>
      <span className="tabular" aria-label={exact}>
        {compactMoney(cents, currency)}
      </span>
    </Tooltip>
  );
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** "3 days ago", "in 2 hours". */
export function relativeTime(at: Date, now: Date = new Date()): string {
  const seconds = (at.getTime() - now.getTime()) / 1000;
  for (const [unit, size] of UNITS)
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  return "just now";
}

const absolute = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
const dayOnly = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });

/** A moment, relative; the exact time on hover. */
export function When({ at }: { at: string }) {
  const date = new Date(at);
  return (
    <Tooltip label={absolute.format(date)}>
      <time dateTime={at} suppressHydrationWarning>
        {relativeTime(date)}
      </time>
    </Tooltip>
  );
}

/** A calendar day without a time: "4 Dec 2026". */
export const formatDay = (day: string): string => dayOnly.format(new Date(`${day}T00:00:00Z`));

export function Day({ day }: { day: string | null }) {
  if (!day) return <span className="muted">No date</span>;
  return <time dateTime={day}>{formatDay(day)}</time>;
}
