/** Ranges of the source that its author wrote; everything else was quoted, forwarded below a reply, or a signature. */
export interface KeptLine {
  readonly from: number;
  readonly to: number;
}

export interface AuthoredText {
  readonly text: string;
  /** One entry per line of `text`, in order: where that line stands in the source. */
  readonly lines: readonly KeptLine[];
}

const WROTE =
  /^\s*(?:on\b.{4,200}\bwrote|am\b.{4,200}\bschrieb\b.{0,80}|le\b.{4,200}\ba écrit|el\b.{4,200}\bescribió|il\b.{4,200}\bha scritto|op\b.{4,200}\bschreef\b.{0,80})\s*:\s*$/iu;
const ORIGINAL =
  /^\s*(?:-{2,}\s*(?:original|forwarded|ursprüngliche|message d'origine).*|begin forwarded message:?\s*|_{10,}\s*)$/iu;
const HEADER = /^\s*\*?(?:from|sent|to|cc|subject|date|von|gesendet|an|betreff|de|envoyé|à|objet)\s*:\*?\s/iu;
const SIGNATURE_MARK = /^--\s?$/;
const DEVICE = /^\s*(?:sent from my|get outlook for|sent via|von meinem|envoyé de mon)\b/iu;
const CLOSING =
  /^\s*(?:(?:best|kind|warm|many thanks|thanks|thank you|cheers|sincerely|yours|regards|with best|mit freundlichen|viele|cordialement|saludos)(?:\s+\p{L}+){0,3})\s*[,.!]?\s*$/iu;
const LONGEST_SIGNATURE_LINES = 8;
const LONGEST_SIGNATURE_LINE = 80;

/**
 * Keeps what the sender wrote in a plain-text e-mail: quoted lines, the history under a reply and the signature go.
 * Answers written between quoted lines stay. A message that is nothing but a forward keeps the forwarded text, since that is its content.
 */
export function stripEmail(source: string): AuthoredText {
  const lines = readLines(source);
  const kept = withoutSignature(source, withoutHistory(source, lines));
  const useful = kept.some((line) => source.slice(line.from, line.to).trim() !== "");
  return toAuthored(source, useful ? trimBlank(source, kept) : trimBlank(source, lines));
}

/** The place in the source of an offset in `authored.text`. */
export function toSourceOffset(authored: AuthoredText, offset: number): number {
  let start = 0;
  for (const line of authored.lines) {
    const length = line.to - line.from;
    if (offset <= start + length) return line.from + (offset - start);
    start += length + 1;
  }
  return authored.lines.at(-1)?.to ?? 0;
}

function readLines(source: string): KeptLine[] {
  const lines: KeptLine[] = [];
  let from = 0;
  for (const match of source.matchAll(/\r\n|\r|\n/g)) {
    lines.push({ from, to: match.index });
    from = match.index + match[0].length;
  }
  lines.push({ from, to: source.length });
  return lines;
}

function withoutHistory(source: string, lines: readonly KeptLine[]): KeptLine[] {
  const text = lines.map((line) => source.slice(line.from, line.to));
  const kept: KeptLine[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = text[at] ?? "";
    if (/^\s*>/.test(line)) continue;
    const introduction = introductionLength(text, at);
    if (introduction > 0) {
      // With ">" marks below, only the marked lines are history and an answer may follow; without, all the rest is history.
      if (!text.slice(at + introduction).some((later) => /^\s*>/.test(later))) break;
      at += introduction - 1;
      continue;
    }
    const here = lines[at];
    if (here) kept.push(here);
  }
  return kept;
}

/** The number of lines at `at` that introduce quoted history ("On … wrote:", a header block, "Original Message"), or 0. */
function introductionLength(text: readonly string[], at: number): number {
  const line = text[at] ?? "";
  if (ORIGINAL.test(line)) return 1;
  if (WROTE.test(line)) return 1;
  if (/^\s*(?:on|am|le|el|il|op)\b/i.test(line) && WROTE.test(`${line} ${(text[at + 1] ?? "").trim()}`)) return 2;
  const headers = text.slice(at, at + 5).filter((header) => HEADER.test(header)).length;
  return HEADER.test(line) && headers >= 3 && at > 0 ? headers : 0;
}

function withoutSignature(source: string, lines: readonly KeptLine[]): KeptLine[] {
  const text = lines.map((line) => source.slice(line.from, line.to));
  for (let at = 0; at < lines.length; at += 1) {
    const line = text[at] ?? "";
    if (SIGNATURE_MARK.test(line) || DEVICE.test(line)) return lines.slice(0, at);
    if (at === 0 || !CLOSING.test(line)) continue;
    const rest = text.slice(at + 1).filter((later) => later.trim() !== "");
    const isShort =
      rest.length <= LONGEST_SIGNATURE_LINES && rest.every((later) => later.trim().length <= LONGEST_SIGNATURE_LINE);
    if (isShort && !rest.some((later) => /[?]\s*$/.test(later))) return lines.slice(0, at);
  }
  return [...lines];
}

function trimBlank(source: string, lines: readonly KeptLine[]): KeptLine[] {
  const isBlank = (line: KeptLine | undefined) => line !== undefined && source.slice(line.from, line.to).trim() === "";
  let from = 0;
  let to = lines.length;
  while (from < to && isBlank(lines[from])) from += 1;
  while (to > from && isBlank(lines[to - 1])) to -= 1;
  return lines.slice(from, to);
}

function toAuthored(source: string, lines: readonly KeptLine[]): AuthoredText {
  return { text: lines.map((line) => source.slice(line.from, line.to)).join("\n"), lines };
}
