import { InvalidInputError } from "#server/core/errors.ts";

/** Words that lists of broken passwords are made of; a long password of nothing else is on such a list. */
const COMMON = (
  "password passwort passw0rd qwertyuiop qwertzuiop qwerty qwertz asdfghjkl asdfgh zxcvbnm letmein welcome iloveyou football baseball sunshine princess superman trustno1 whatever administrator " +
  "admin login secret changeme default monkey dragon master hello test 1q2w3e4r5t6y 1q2w3e4r 1qaz2wsx q1w2e3r4 abc123 company sales summer winter ringside demo"
).split(" ");
const MIN_LEFT = 6;

/**
 * Refuses what a guesser tries first: a password that is little more than common words, digits in a row, repetition, or
 * words of the person and the workspace.
 * @throws InvalidInputError
 */
export function requireStrongPassword(password: string, ownWords: readonly string[]): void {
  const words = [...ownWords.flatMap((text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u)), ...COMMON]
    .filter((word) => word.length >= 3)
    .sort((a, b) => b.length - a.length);
  let left = password.toLowerCase();
  for (const word of words) left = left.replaceAll(word, "");
  left = left
    .replace(/(?:0?123456789?0?|987654321?0?|12345|54321|(?:19|20)\d\d)/g, "")
    .replace(/(.{1,4}?)\1{2,}/g, "$1")
    .replace(/[\s\p{P}\p{S}]/gu, "");
  if (new Set(left).size < MIN_LEFT)
    throw new InvalidInputError("This password is easy to guess. Use a few words that do not belong together.", {
      password: "weak",
    });
}
