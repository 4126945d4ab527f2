import { DateTime } from "luxon";
import type { WorkingCalendar } from "./workspaces.ts";

/** A calendar without a single working day would never end; nobody's holidays last longer than this. */
const MAX_DAYS = 366;

/**
 * The moment by which `minutes` of working time have passed since `start`: only the hours and weekdays of the calendar count,
 * holidays do not, in the workspace's time zone. A start outside working hours counts from the next opening.
 * @throws Error when the calendar has no working time within a year.
 */
export function addWorkingMinutes(start: Date, minutes: number, calendar: WorkingCalendar): Date {
  const { days, startMinute, endMinute } = calendar.hours;
  let left = minutes;
  let day = DateTime.fromJSDate(start, { zone: calendar.timeZone }).startOf("day");
  for (let count = 0; count < MAX_DAYS; count++, day = day.plus({ days: 1 })) {
    if (!days.includes(day.weekday) || calendar.holidays.has(day.toISODate()!)) continue;
    const opens = atMinute(day, startMinute);
    const closes = atMinute(day, endMinute);
    const from = Math.max(opens.toMillis(), start.getTime());
    const available = Math.max(0, (closes.toMillis() - from) / 60_000);
    if (available <= 0) continue;
    if (left <= available) return new Date(from + left * 60_000);
    left -= available;
  }
  throw new Error("The working calendar leaves no working time within a year");
}

/** Wall-clock minutes, so that a day on which the clocks change still opens at nine. */
const atMinute = (day: DateTime, minute: number): DateTime =>
  day.set({ hour: Math.floor(minute / 60), minute: minute % 60 });
