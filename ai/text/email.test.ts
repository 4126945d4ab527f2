import { expect, test } from "vitest";
import { stripEmail, toSourceOffset } from "./email.ts";

test("history under a reply and the signature go, the answer stays", () => {
  const source = `Hi Dana,\n\nthe price works for us.\n\nBest regards,\nLee Wong\nAcme Ltd\n\nOn Tue, 3 Mar 2026 at 10:12, Dana <dana@ringside.test> wrote:\n> We offer 48,000.\n> Dana`;
  expect(stripEmail(source).text).toBe("Hi Dana,\n\nthe price works for us.");
});

test("answers between quoted lines stay", () => {
  const source =
    "On Mon, Jan 5, 2026 Dana wrote:\n> Which date suits you?\nFriday the 9th.\n> And the price?\nStill too high for the board.";
  expect(stripEmail(source).text).toBe("Friday the 9th.\nStill too high for the board.");
});

test("Outlook header blocks and Original Message lines end the answer", () => {
  expect(stripEmail("Agreed.\n\nFrom: Dana\nSent: Monday\nTo: Lee\nSubject: Offer\n\nold text").text).toBe("Agreed.");
  expect(stripEmail("Agreed.\r\n-----Original Message-----\r\nold text").text).toBe("Agreed.");
  expect(stripEmail("Ja, gerne.\nAm 3. März 2026 um 10:00 schrieb Dana Fox <d@x.test>:\n> alt").text).toBe(
    "Ja, gerne.",
  );
});

test("a forward keeps the forwarded text, a closing with a question behind it is no signature", () => {
  expect(stripEmail("Begin forwarded message:\n\nFrom the customer: we cancel.").text).toContain("we cancel");
  expect(stripEmail("Hello,\nThanks,\nbut when do we start?").text).toContain("when do we start");
});

test("every kept character can be found in the source", () => {
  const source = "One line\r\n> quoted\r\nTwo lines\r\n-- \r\nme";
  const authored = stripEmail(source);
  expect(authored.text).toBe("One line\nTwo lines");
  const at = authored.text.indexOf("Two");
  expect(source.slice(toSourceOffset(authored, at), toSourceOffset(authored, at + 9))).toBe("Two lines");
});
