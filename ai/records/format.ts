const DAY_MS = 86_400_000;

/** An amount as people write it, always the same: "$48,200", "€1,250.50". */
export function formatMoney(amountCents: number, currency: string): string {
  const digits = amountCents % 100 === 0 ? 0 : 2;
  return new Intl.NumberFormat("en-US", {
    style: "currency",
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(amountCents / 100);
}

/** A day in a form that cannot be misread: "12 Mar 2026". Takes a Date (read as UTC) or an ISO day. */
export function formatDay(day: Date | string): string {
  const date = typeof day === "string" ? new Date(`${day.slice(0, 10)}T00:00:00Z`) : day;
  const month =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][date.getUTCMonth()] ?? "";
  return `${date.getUTCDate()} ${month} ${date.getUTCFullYear()}`;
}

/** Whole days from `from` to `to`, negative when `to` is earlier. ISO days count from midnight UTC. */
export function daysBetween(from: Date | string, to: Date | string): number {
  const toMs = (value: Date | string) =>
    typeof value === "string" ? Date.parse(`${value.slice(0, 10)}T00:00:00Z`) : value.getTime();
  return Math.floor((toMs(to) - toMs(from)) / DAY_MS);
}

/** "1 day", "2 days". */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** "best_case" -> "Best case". */
export function humanise(code: string): string {
  const words = code.replace(/_/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The ISO day `days` after `from`. */
export function addDays(from: Date, days: number): string {
  return new Date(from.getTime() + days * DAY_MS).toISOString().slice(0, 10);
}
