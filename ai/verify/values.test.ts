import { expect, test } from "vitest";
import { isStated, readValues } from "./values.ts";

const read = (text: string) => readValues(text).map(({ kind, value }) => `${kind} ${value}`);

test.each([
  ["$48.2k", "money USD 48200"],
  ["USD 48,200", "money USD 48200"],
  ["48 200 €", "money EUR 48200"],
  ["£1.5 million", "money GBP 1500000"],
  ["12%", "percent 12"],
  ["12 percent", "percent 12"],
  ["12 March 2026", "date 2026-03-12"],
  ["March 12th, 2026", "date 2026-03-12"],
  ["2026-03-12T10:00:00Z", "date 2026-03-12"],
  ["on 12 March", "date -03-12"],
  ["March 2026", "date 2026-03-"],
  ["early in March", "date -03-"],
  ["three objections", "number 3"],
  ["40 seats", "number 40"],
  ["mail lee@acme.test now", "email lee@acme.test"],
])("reads %s as %s", (text, value) => expect(read(text)).toEqual([value]));

test("a value is stated only by the same value, however written", () => {
  const stated = (claim: string, evidence: string) =>
    readValues(claim).every((value) => isStated(value, readValues(evidence)));
  expect(stated("$48.2k", "Amount: 48,200 USD")).toBe(true);
  expect(stated("$48k", "Amount: 48,200 USD")).toBe(false);
  expect(stated("$50", "50 users")).toBe(false);
  expect(stated("€50", "$50")).toBe(false);
  expect(stated("50", "$50")).toBe(true);
  expect(stated("50%", "50 users")).toBe(false);
  expect(stated("on 12 March", "2026-03-12")).toBe(true);
  expect(stated("12 March 2027", "2026-03-12")).toBe(false);
  expect(stated("12 March 2026", "12 March")).toBe(false);
});
