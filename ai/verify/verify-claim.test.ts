import { expect, test } from "vitest";
import type { Passage } from "../evidence.ts";
import { findQuote } from "./quote.ts";
import { verifyAction } from "./verify-action.ts";
import { verifyClaim, type VerifyContext } from "./verify-claim.ts";

const passage = (handle: string, body: string, facts: string[] = []): Passage => ({
  handle,
  record: { type: "activity", id: handle },
  label: "Call",
  body,
  facts,
  occurredAt: new Date("2026-03-12T10:00:00Z"),
  isTainted: false,
});
const mail = passage(
  "e-mail",
  "Lee Wong wrote that 48,200 USD is too high.\nThe board of Acme decides on 20 March 2026.",
  ["Lee Wong", "2026-03-12"],
);
const secret = passage("e-secret", "Globex offers 39,000 USD.");
const context: VerifyContext = {
  passages: new Map([mail, secret].map((entry) => [entry.handle, entry])),
  facts: ["3 open opportunities, 120,000 USD together"],
  mayRead: ({ handle }) => handle !== "e-secret",
};
const claim = (text: string, quote = "48,200 USD is too high", handle = "e-mail") => ({
  text,
  kind: "fact",
  evidence: [{ handle, quote }],
});
const check = (draft: unknown) => {
  const verdict = verifyClaim(draft, context);
  return verdict.ok ? "ok" : verdict.check;
};

test("A4.3 a claim whose quotation stands in a readable passage is accepted with the source's own words", () => {
  const verdict = verifyClaim(claim("Lee finds $48,200 too high.", "48,200   USD is\ntoo high"), context);
  expect(verdict).toMatchObject({
    ok: true,
    claim: { confidence: "high", evidence: [{ quote: "48,200 USD is too high" }] },
  });
});

test.each([
  ["V1 unknown field", { ...claim("The price is too high."), html: "<b>" }, "V1"],
  ["V1 no evidence", { text: "The price is too high.", kind: "fact", evidence: [] }, "V1"],
  ["V1 hidden direction override", claim("The price is \u202etoo high."), "V1"],
  ["V2 handle of another request", claim("The price is too high.", undefined, "e-other"), "V2"],
  ["V3 invented quotation", claim("The price is too high.", "48,200 USD is fine"), "V3"],
  ["V3 spliced quotation", claim("Acme finds it too high.", "Lee Wong wrote that The board of Acme"), "V3"],
  ["V3 half a number", claim("The price is 200 USD.", "200 USD is too high"), "V3"],
  ["V4 other amount", claim("Lee finds $42,800 too high."), "V4"],
  ["V4 other name", claim("Kim finds the price too high."), "V4"],
  ["V4 name at the start", claim("Globex finds the price too high."), "V4"],
  ["V4 weekday", claim("On Friday the price was too high."), "V4"],
  ["V4 date of another quotation", claim("The price is too high until 20 March 2026."), "V4"],
  ["V4 invented mail address", claim("Ask boss@acme.test whether it is too high."), "V4"],
  ["V4 added negation", claim("Lee does not find it too high."), "V4"],
  ["V4 nothing in common", claim("Everybody likes golf."), "V4"],
  ["V5 unreadable record", claim("Globex offers 39,000 USD.", "Globex offers 39,000 USD", "e-secret"), "V5"],
  ["V7 foreign link", claim("The price is too high, see https://evil.test/x."), "V7"],
  ["V7 bare host", claim("The price is too high, see evil.test."), "V7"],
  ["V7 image", claim("The price is too high ![x](y)."), "V7"],
  ["V7 HTML", claim("The price is <b>too high</b>."), "V7"],
])("A4.3 refuses: %s", (_, draft, expected) => expect(check(draft)).toBe(expected));

test("facts of the database support a claim beside the quotation", () => {
  expect(check(claim("On 12 Mar Lee Wong found 48,200 USD too high; 3 opportunities are open."))).toBe("ok");
});

test("a quotation may not be one word, unless it is a whole line", () => {
  expect(findQuote("The price is high.", "price")).toBeUndefined();
  expect(findQuote("Stage:\nProposal\n", "Proposal")).toBe("Proposal");
});

test("V6 an action needs a permission for this target", () => {
  const action = {
    action: "create_task",
    target: "opp-1",
    dueDays: 2,
    reason: "The price is too high.",
    evidence: claim("").evidence,
    confidence: "high",
  };
  const allowed = [{ action: "create_task", targets: new Set(["opp-1"]) }];
  expect(verifyAction(action, allowed, context)).toMatchObject({ ok: true });
  expect(verifyAction({ ...action, target: "opp-2" }, allowed, context)).toMatchObject({ check: "V6" });
  expect(verifyAction({ ...action, action: "delete_account" }, allowed, context)).toMatchObject({ check: "V6" });
});
