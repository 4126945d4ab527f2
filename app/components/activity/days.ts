const isoDay = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit" });

/** The calendar day so many days from today, where the person sits: "2026-12-04". */
export function dayFromNow(days: number): string {
  const date = new Date();
  date.setDate(date.getDate() + days);
  return isoDay.format(date);
}

/** Value of a date and time field, for a moment; both in the person's own time. */
export const toLocalInput = (date: Date): string =>
  `${isoDay.format(date)}T${String(date.getHours()).padStart(2, "0")}:${String(date.getMinutes()).padStart(2, "0")}`;
export const fromLocalInput = (text: string): string => new Date(text).toISOString();
