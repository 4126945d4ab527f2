import { fold } from "../text/fold.ts";

/** Something in a text that must not be wrong: compared by kind and value, however it is written. */
export interface Value {
  readonly kind: "number" | "percent" | "money" | "date" | "email";
  readonly value: string;
  readonly from: number;
  readonly to: number;
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const MONTH =
  "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";
const NUMBER = "\\d{1,3}(?:[, ]\\d{3})+(?:\\.\\d+)?|\\d+(?:\\.\\d+)?";
const SCALE: Record<string, number> = {
  k: 1e3,
  thousand: 1e3,
  m: 1e6,
  mn: 1e6,
  million: 1e6,
  b: 1e9,
  bn: 1e9,
  billion: 1e9,
};
const SCALES = "(?:\\s?(?:k|m|mn|bn|b)(?![\\p{L}\\d])|\\s(?:thousand|million|billion)(?!\\p{L}))";
const CURRENCY: Record<string, string> = {
  $: "USD",
  "€": "EUR",
  "£": "GBP",
  "¥": "JPY",
  dollars: "USD",
  dollar: "USD",
  euros: "EUR",
  euro: "EUR",
  pounds: "GBP",
};
const CODES = "(?:USD|EUR|GBP|JPY|CHF|CAD|AUD|SEK|NOK|DKK|PLN|INR|CNY)";
const WORDS = [
  "zero",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
  "eleven",
  "twelve",
  "thirteen",
  "fourteen",
  "fifteen",
  "sixteen",
  "seventeen",
  "eighteen",
  "nineteen",
  "twenty",
];

const PATTERNS: readonly {
  pattern: RegExp;
  read: (match: RegExpMatchArray) => Omit<Value, "from" | "to"> | undefined;
}[] = [
  {
    pattern: /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu,
    read: ([all]) => ({ kind: "email", value: fold(all) }),
  },
  { pattern: /\b(\d{4})-(\d{2})-(\d{2})(?:T[\d:.]+Z?)?\b/g, read: ([, y, m, d]) => date(y, m, d) },
  {
    pattern: new RegExp(`\\b(\\d{1,2})(?:st|nd|rd|th)?\\.?\\s+(?:of\\s+)?(${MONTH})\\b\\.?(?:,?\\s+(\\d{4}))?`, "giu"),
    read: ([, d, m, y]) => date(y, month(m), d),
  },
  {
    pattern: new RegExp(
      `\\b(${MONTH})\\.?\\s+(\\d{1,2})(?:st|nd|rd|th)?(?!\\d|[,.]\\d{3}(?!\\d))(?:,?\\s+(\\d{4}))?\\b`,
      "giu",
    ),
    read: ([, m, d, y]) => date(y, month(m), d),
  },
  { pattern: new RegExp(`\\b(${MONTH})\\s+(\\d{4})\\b`, "giu"), read: ([, m, y]) => date(y, month(m), undefined) },
  // A month alone, with its capital letter: "may" and "march" are words too.
  {
    pattern: /\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b/g,
    read: ([name]) => date(undefined, month(name), undefined),
  },
  { pattern: /\b(\d{1,2})[/.](\d{1,2})[/.](\d{2,4})\b/g, read: ([all]) => ({ kind: "date", value: all }) },
  {
    pattern: new RegExp(`([$€£¥]|\\b${CODES}\\s?)\\s?(${NUMBER})(${SCALES})?`, "giu"),
    read: ([, unit, n, scale]) => money(unit, n, scale),
  },
  {
    pattern: new RegExp(`(${NUMBER})(${SCALES})?\\s?(€|£|${CODES}\\b|dollars?\\b|euros?\\b|pounds\\b)`, "giu"),
    read: ([, n, scale, unit]) => money(unit, n, scale),
  },
  {
    pattern: new RegExp(`(${NUMBER})\\s?(?:%|percent\\b|per cent\\b)`, "giu"),
    read: ([, n]) => ({ kind: "percent", value: amount(n) }),
  },
  { pattern: new RegExp(`(?<![\\d])(?:${NUMBER})(?:${SCALES})?`, "giu"), read: ([all]) => plainNumber(all) },
  {
    pattern: new RegExp(`\\b(?:${WORDS.slice(2).join("|")})\\b`, "giu"),
    read: ([all]) => ({ kind: "number", value: String(WORDS.indexOf(all.toLowerCase())) }),
  },
];

/**
 * Every number, percentage, amount of money, date and e-mail address of a text, the longest reading first and no character read twice.
 * Values are canonical: "$48.2k" and "USD 48,200" are equal, "12 March 2026" is 2026-03-12, "three" is 3. "One" is left out, being mostly a pronoun.
 */
export function readValues(text: string): Value[] {
  const values: Value[] = [];
  const taken = new Uint8Array(text.length);
  for (const { pattern, read } of PATTERNS) {
    for (const match of text.matchAll(pattern)) {
      const [from, to] = [match.index, match.index + match[0].length];
      if (taken.subarray(from, to).some((used) => used === 1)) continue;
      const value = read(match);
      if (!value) continue;
      taken.fill(1, from, to);
      values.push({ ...value, from, to });
    }
  }
  return values.sort((a, b) => a.from - b.from);
}

/**
 * Claims that `evidence` states the claimed value: same kind and value. A bare number may stand for an amount or a percentage of the evidence
 * (less said than known), never the reverse; a date must agree in every part it names.
 */
export function isStated(claimed: Value, evidence: readonly Value[]): boolean {
  return evidence.some((known) => {
    if (claimed.kind === "date" && known.kind === "date") return datesAgree(claimed.value, known.value);
    if (claimed.kind === known.kind) return claimed.value === known.value;
    if (claimed.kind !== "number") return false;
    if (known.kind === "money") return known.value.split(" ")[1] === claimed.value;
    if (known.kind === "date") return claimed.value.length === 4 && known.value.startsWith(claimed.value);
    return known.kind === "percent" && known.value === claimed.value;
  });
}

function date(
  year: string | undefined,
  monthNumber: string | undefined,
  day: string | undefined,
): Omit<Value, "from" | "to"> | undefined {
  if (!monthNumber || Number(monthNumber) > 12 || Number(day ?? 1) > 31) return undefined;
  return { kind: "date", value: [year ?? "", monthNumber.padStart(2, "0"), day?.padStart(2, "0") ?? ""].join("-") };
}

function datesAgree(claimed: string, known: string): boolean {
  if (claimed.includes("/") || claimed.includes(".") || known.includes("/") || known.includes("."))
    return claimed === known;
  const knownParts = known.split("-");
  return claimed.split("-").every((part, at) => part === "" || part === knownParts[at]);
}

function month(name: string | undefined): string {
  return String(MONTHS.indexOf((name ?? "").slice(0, 3).toLowerCase()) + 1);
}

function money(
  unit: string | undefined,
  number: string | undefined,
  scale: string | undefined,
): Omit<Value, "from" | "to"> {
  const key = (unit ?? "").trim();
  return { kind: "money", value: `${CURRENCY[key.toLowerCase()] ?? key.toUpperCase()} ${amount(number, scale)}` };
}

function plainNumber(text: string): Omit<Value, "from" | "to"> {
  const [, number, scale] = /^([\d,. ]+?)\s?([a-z]+)?$/i.exec(text) ?? [];
  return { kind: "number", value: amount(number, scale) };
}

function amount(number: string | undefined, scale?: string): string {
  const factor = SCALE[(scale ?? "").trim().toLowerCase()] ?? 1;
  // Rounded to the cent after scaling: 48.2 * 1000 is 48200.00000000001 in binary.
  return String(Math.round(Number((number ?? "").replace(/[, ]/g, "")) * factor * 100) / 100);
}
