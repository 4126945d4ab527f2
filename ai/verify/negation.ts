import { tokenize } from "../text/tokenize.ts";

const NEGATION = /^(?:no|not|never|none|nobody|nothing|neither|nor|without|cannot|\p{L}+n't)$/u;
// Words that deny without a "not"; with one of them in the evidence a negated claim may be its fair rendering.
const DENIAL =
  /^(?:un\p{L}{4,}|in(?:active|complete|sufficient|valid)|lack\p{L}*|miss(?:ing|ed|es)?|empty|reject\p{L}*|refus\p{L}*|declin\p{L}*|den(?:y|ied|ies)|fail\p{L}*|stop\p{L}*|cancel\p{L}*|lost|withdr\p{L}*|pend(?:s|ing)|wait(?:s|ing|ed)?|until|yet|only|open|overdue|block\p{L}*|stall\p{L}*|absent|silent|zero|hardly|few|little|instead|against|avoid\p{L}*|drop\p{L}*|paus\p{L}*|postpon\p{L}*|delay\p{L}*)$/u;

/**
 * Claims that the text denies something although nothing in the evidence denies anything. One way only: a "not" that was left out cannot be told from a
 * fair summary, because most passages contain some negation that the claim is not about.
 */
export function addsNegation(text: string, known: readonly string[]): boolean {
  const words = (source: string) => tokenize(source).map((token) => token.folded);
  if (!words(text).some((word) => NEGATION.test(word))) return false;
  return !known.some((source) => words(source).some((word) => NEGATION.test(word) || DENIAL.test(word)));
}
