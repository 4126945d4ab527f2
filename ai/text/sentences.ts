/** A verbatim piece of a text: `text === source.slice(from, to)`. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

const ABBREVIATIONS = new Set(
  `mr mrs ms dr prof sr jr st vs etc inc ltd co corp llc dept est approx fig no nos vol ed eg ie e.g i.e a.m p.m u.s u.k u.n jan feb mar apr jun jul aug sep
sept oct nov dec tel ext min max ca resp incl excl ref attn re`.split(/\s+/),
);
const TERMINATOR = /[.!?…]+["'”’)\]]*(?=\s|$)|[。！？]+["'”’」』）]*/gu;
const LINE_BREAK = /\r\n|\r|\n/g;
const BULLET = /^[ \t]*(?:[-*•‣◦–—]|\d{1,2}[.)]|[a-z][.)])[ \t]+/;

/**
 * Splits a text into sentences without changing a character; white space around a sentence belongs to none.
 * A sentence ends at . ! ? … (or 。！？) unless the point belongs to an abbreviation, an initial or a number; at a blank line; before a list item;
 * and at a line end when the line ended a thought (terminator or colon) or is a short line of its own, such as "Stage: Proposal".
 */
export function splitSentences(text: string): Span[] {
  return splitLines(text).flatMap((block) => splitBlock(text, block.from, block.to));
}

/** Joins lines that were only wrapped, keeps apart lines that stand alone. Returns ranges of the source. */
function splitLines(text: string): { from: number; to: number }[] {
  const lines: { from: number; to: number }[] = [];
  let from = 0;
  for (const match of text.matchAll(LINE_BREAK)) {
    lines.push({ from, to: match.index });
    from = match.index + match[0].length;
  }
  lines.push({ from, to: text.length });

  const blocks: { from: number; to: number }[] = [];
  let open: { from: number; to: number } | undefined;
  for (const line of lines) {
    const content = text.slice(line.from, line.to);
    if (content.trim() === "") {
      open = undefined;
      continue;
    }
    if (open && isWrapped(text.slice(open.from, open.to), content)) open.to = line.to;
    else blocks.push((open = { ...line }));
  }
  return blocks;
}

/** Claims that `next` continues the sentence of `previous`: the previous line is long, ends no thought, and the next is no list item. */
function isWrapped(previous: string, next: string): boolean {
  const lastLine = previous.slice(Math.max(previous.lastIndexOf("\n"), previous.lastIndexOf("\r")) + 1).trimEnd();
  if (BULLET.test(next) || /[.!?…:;。！？]["'”’)\]]*$/u.test(lastLine)) return false;
  return lastLine.length >= 50 || (/^\s*\p{Ll}/u.test(next) && !/:\s/.test(next));
}

function splitBlock(text: string, from: number, to: number): Span[] {
  const spans: Span[] = [];
  const block = text.slice(from, to);
  let start = 0;
  for (const match of block.matchAll(TERMINATOR)) {
    const end = match.index + match[0].length;
    if (match[0].startsWith(".") && !endsSentence(block, start, match.index, end)) continue;
    pushTrimmed(spans, text, from + start, from + end);
    start = end;
  }
  pushTrimmed(spans, text, from + start, to);
  return spans;
}

/** Claims that the point at `at` closes a sentence, judged by the word before and the letter after. */
function endsSentence(block: string, start: number, at: number, end: number): boolean {
  const before = /(\S+)$/.exec(block.slice(start, at))?.[1] ?? "";
  const word = before.replace(/^["'“‘(\[]+/, "").toLowerCase();
  const after = /^\s*(\S)/.exec(block.slice(end))?.[1];
  if (after === undefined) return true;
  if (block[at + 1] === ".") return true;
  if (ABBREVIATIONS.has(word)) return false;
  if (/^\p{Lu}$/u.test(before)) return false;
  if (/^\d{1,2}$/.test(before) && block.slice(start, at).trim() === before) return false;
  return !/\p{Ll}/u.test(after);
}

function pushTrimmed(spans: Span[], text: string, from: number, to: number): void {
  const raw = text.slice(from, to);
  const lead = raw.length - raw.trimStart().length;
  const sentence = raw.trim();
  if (sentence !== "") spans.push({ from: from + lead, to: from + lead + sentence.length, text: sentence });
}
