/** Letters and digits only, lower case, without accents: what two spellings of one name share. */
export const nameKey = (name: string): string =>
  name
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "");

/** Edits between two words, at most `limit` + 1 (Levenshtein with a bound). */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length]!;
}

/** The known word that `text` nearly is; undefined when it is one, or is far from all. */
export function nearestWord(text: string, known: readonly string[]): string | undefined {
  const key = nameKey(text);
  if (key.length < 5) return undefined;
  let best: { word: string; distance: number } | undefined;
  for (const word of known) {
    const distance = editDistance(key, nameKey(word), 2);
    if (distance === 0) return undefined;
    if (distance <= 2 && distance < (best?.distance ?? 3)) best = { word, distance };
  }
  return best?.word;
}

const regions = new Intl.DisplayNames(["en"], { type: "region", fallback: "none" });
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** Names of countries, from the platform's own list. */
export const COUNTRIES: readonly string[] = [...LETTERS]
  .flatMap((first) => [...LETTERS].map((second) => regions.of(first + second)))
  .filter((name): name is string => name !== undefined);

/** Common industries, only to notice misspellings; any other word is as welcome. */
export const INDUSTRIES = [
  "technology",
  "medical",
  "retail",
  "finance",
  "financial services",
  "software",
  "marketing",
  "employment",
  "entertainment",
  "telecommunications",
  "services",
  "manufacturing",
  "healthcare",
  "education",
  "energy",
  "insurance",
  "construction",
  "consulting",
  "hospitality",
  "transportation",
  "media",
  "agriculture",
  "automotive",
  "banking",
  "biotechnology",
  "government",
] as const;
