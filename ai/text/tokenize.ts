import { fold } from "./fold.ts";
import { stem } from "./stem.ts";
import { STOP_WORDS } from "./stop-words.ts";

/** One word of a text: where it stands, as written, folded, and the lexeme under which it is indexed. */
export interface Token {
  readonly from: number;
  readonly to: number;
  readonly raw: string;
  readonly folded: string;
  readonly lexeme: string;
}

// A number keeps its separators ("1,200.50" is one token); a word keeps inner apostrophes ("customer's").
const WORD = /\p{N}+(?:[.,]\p{N}+)*(?:[\p{L}\p{M}]+)?|[\p{L}\p{M}][\p{L}\p{M}\p{N}]*(?:['’][\p{L}\p{M}]+)*/gu;
const UNSPACED = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]+$/u;
const UNSPACED_RUN = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]+/gu;
const LONGEST_LEXEME = 48;

/**
 * The words of a text in reading order, stop words included. Chinese and Japanese runs, which have no blanks, become overlapping pairs of characters.
 * Pure and total: any string gives the same tokens on every machine, so an index built by one process is read by another.
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(WORD)) {
    const from = match.index;
    const raw = match[0];
    if (UNSPACED_RUN.test(raw)) pushMixed(tokens, raw, from);
    else tokens.push(toToken(raw, from));
    UNSPACED_RUN.lastIndex = 0;
  }
  return tokens;
}

/** The lexemes that are worth indexing or searching: no stop words, nothing longer than 48 characters (keys, encoded blobs). */
export function lexemes(text: string): string[] {
  return tokenize(text)
    .filter(isContent)
    .map((token) => token.lexeme);
}

/** Claims that the token carries meaning: neither a stop word nor a single Latin letter nor an overlong blob. */
export function isContent(token: Token): boolean {
  if (STOP_WORDS.has(token.folded) || token.lexeme.length > LONGEST_LEXEME) return false;
  return token.lexeme.length > 1 || !/^[a-z']$/.test(token.lexeme);
}

/** The number of words of a text, as chunk sizes count them. */
export function countWords(text: string): number {
  return tokenize(text).length;
}

function toToken(raw: string, from: number): Token {
  const folded = fold(raw);
  const lexeme = /^\p{N}/u.test(raw) ? folded.replace(/,(?=\d{3}(?:\D|$))/g, "") : stem(folded);
  return { from, to: from + raw.length, raw, folded, lexeme };
}

function pushMixed(tokens: Token[], raw: string, from: number): void {
  for (const part of raw.matchAll(
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]+|[^\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]+/gu,
  )) {
    const start = from + part.index;
    if (!UNSPACED.test(part[0]) || part[0].length < 2) {
      tokens.push(toToken(part[0], start));
      continue;
    }
    for (let at = 0; at + 1 < part[0].length; at += 1) tokens.push(toToken(part[0].slice(at, at + 2), start + at));
  }
}
