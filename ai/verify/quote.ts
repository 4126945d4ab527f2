import { collapseSpace } from "../text/fold.ts";
import { tokenize } from "../text/tokenize.ts";

const FEWEST_WORDS = 2;

/**
 * Finds a quotation in its source: one unbroken, verbatim span, blanks and line ends counting as one. Returns the source's own characters, or undefined when
 * it is not there, begins or ends inside a word, or is too short (under two words and not a whole line) to support anything.
 */
export function findQuote(source: string, quote: string): string | undefined {
  const words = quote.trim().split(/\s+/);
  if (words[0] === undefined || words[0] === "") return undefined;
  const pattern = new RegExp(words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("\\s+"), "gu");
  for (const match of source.matchAll(pattern)) {
    if (isWhole(source, match.index, match.index + match[0].length) && isEnough(source, match[0])) return match[0];
  }
  return undefined;
}

function isWhole(source: string, from: number, to: number): boolean {
  const joins = (left: string | undefined, right: string | undefined) =>
    /[\p{L}\p{N}]$/u.test(left ?? "") && /^[\p{L}\p{N}]/u.test(right ?? "");
  return (
    !joins(source.slice(0, from), source[from]) &&
    !joins(source.slice(0, to), source[to]) &&
    !cutsNumber(source, from, to)
  );
}

/** "48" must not be quoted out of "48,200", nor "200" out of it. */
function cutsNumber(source: string, from: number, to: number): boolean {
  const before = /\d[.,]$/.test(source.slice(Math.max(0, from - 2), from)) && /^\d/.test(source.slice(from, from + 1));
  const after = /^[.,]\d/.test(source.slice(to, to + 2)) && /\d$/.test(source.slice(to - 1, to));
  return before || after;
}

function isEnough(source: string, found: string): boolean {
  if (tokenize(found).length >= FEWEST_WORDS) return true;
  return source.split("\n").some((line) => collapseSpace(line) === collapseSpace(found));
}
