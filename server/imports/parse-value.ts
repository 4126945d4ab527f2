import { DateTime } from "luxon";

export type Parsed = { value: string | number | null } | { problem: string };
export type DateOrder = "ymd" | "mdy" | "dmy";

/** "1,234.50", "1.234,50", "$ 1 234", "(500)", "12.5k" → cents. */
export function parseMoney(text: string, unit: number): Parsed {
  const amount = parseNumber(text.replace(/[\p{Sc}\s\u00a0']|[A-Z]{3}/gu, ""));
  if (amount === undefined) return { problem: `"${clip(text)}" is no amount` };
  const cents = Math.round(amount * unit * 100);
  if (!Number.isSafeInteger(cents)) return { problem: `"${clip(text)}" is too large` };
  return cents < 0 ? { problem: `"${clip(text)}" is negative` } : { value: cents };
}

export function parseInteger(text: string): Parsed {
  const number = parseNumber(text.replace(/[\s\u00a0']/g, ""));
  if (number === undefined || !Number.isInteger(number) || Math.abs(number) > 2_147_483_647)
    return { problem: `"${clip(text)}" is no whole number` };
  return { value: number };
}

/** Percent or share → 0 to 1. */
export function parseProbability(text: string): Parsed {
  const number = parseNumber(text.replace(/[\s%]/g, ""));
  if (number === undefined || number < 0 || number > 100) return { problem: `"${clip(text)}" is no probability` };
  return { value: number > 1 || text.includes("%") ? number / 100 : number };
}

/** @returns undefined for what is no number; a decimal comma is told by its place. */
function parseNumber(text: string): number | undefined {
  const isNegative = /^\(.*\)$/.test(text);
  let digits = text.replace(/^\((.*)\)$/, "$1");
  const comma = digits.lastIndexOf(",");
  const point = digits.lastIndexOf(".");
  if (comma > point && (point >= 0 || !/^-?\d{1,3}(,\d{3})+$/.test(digits)))
    digits = digits.replaceAll(".", "").replace(",", ".");
  else digits = digits.replaceAll(",", "");
  if (/^-?\d{1,3}(\.\d{3}){2,}$/.test(digits)) digits = digits.replaceAll(".", "");
  if (!/^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(digits)) return undefined;
  return isNegative ? -Number(digits) : Number(digits);
}

/** ISO dates and times (the day in their own zone), and days with slashes, points or dashes in the given order → "yyyy-mm-dd". */
export function parseDay(text: string, order: DateOrder): Parsed {
  const iso = /^(\d{4}-\d{2}-\d{2})([T ].*)?$/.exec(text);
  if (iso && DateTime.fromISO(iso[1]!).isValid) return { value: iso[1]! };
  const parts = /^(\d{1,4})[./-](\d{1,2})[./-](\d{2,4})(?:[T ].*)?$/.exec(text);
  if (!parts) return { problem: `"${clip(text)}" is no date` };
  const [a, b, c] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const year = (value: number): number => (value < 100 ? (value < 70 ? 2000 : 1900) + value : value);
  const [y, m, d] = parts[1]!.length === 4 ? [a, b, c] : order === "dmy" ? [year(c), b, a] : [year(c), a, b];
  const day = DateTime.fromObject({ year: y, month: m, day: d });
  return day.isValid ? { value: day.toISODate() } : { problem: `"${clip(text)}" is no date` };
}

/** Day first as soon as one value can only be read so. */
export function guessDateOrder(values: Iterable<string>): DateOrder {
  for (const text of values) {
    const parts = /^(\d{1,2})[./-](\d{1,2})[./-]\d{2,4}/.exec(text);
    if (parts && Number(parts[1]) > 12) return "dmy";
    if (parts && Number(parts[2]) > 12) return "mdy";
  }
  return "mdy";
}

const clip = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
