import { describe, expect, test } from "vitest";
import { addWorkingMinutes } from "./working-time.ts";

const berlin = {
  timeZone: "Europe/Berlin",
  hours: { days: [1, 2, 3, 4, 5], startMinute: 9 * 60, endMinute: 17 * 60 },
  holidays: new Set(["2026-12-25"]),
};
const after = (start: string, hours: number, calendar = berlin) =>
  addWorkingMinutes(new Date(start), hours * 60, calendar).toISOString();

describe("A3.5 due times count working hours only", () => {
  test("within one day", () => expect(after("2026-11-23T09:00:00+01:00", 4)).toBe("2026-11-23T12:00:00.000Z"));
  test("24 working hours are three days", () =>
    expect(after("2026-11-23T10:00:00+01:00", 24)).toBe("2026-11-26T09:00:00.000Z"));
  test("over a week-end", () => expect(after("2026-11-20T16:00:00+01:00", 2)).toBe("2026-11-23T09:00:00.000Z"));
  test("from outside working hours, the next opening counts", () =>
    expect(after("2026-11-21T12:00:00+01:00", 1)).toBe("2026-11-23T09:00:00.000Z"));
  test("a holiday does not count", () =>
    expect(after("2026-12-24T16:00:00+01:00", 2)).toBe("2026-12-28T09:00:00.000Z"));
  test("opens at nine also after the clocks changed", () =>
    expect(after("2026-03-27T16:30:00+01:00", 1)).toBe("2026-03-30T07:30:00.000Z"));
  test("a calendar without working days is refused rather than endless", () => {
    expect(() => after("2026-11-23T09:00:00Z", 1, { ...berlin, hours: { ...berlin.hours, days: [] } })).toThrow(
      "no working time",
    );
  });
});
