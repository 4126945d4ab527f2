import { DraftClaim, type Confidence } from "../contract.ts";
import type { Passage } from "../evidence.ts";
import { isContent, tokenize } from "../text/tokenize.ts";
import { hasMarkup, readHosts } from "./links.ts";
import { nameVocabulary, readNames } from "./names.ts";
import { addsNegation } from "./negation.ts";
import { findQuote } from "./quote.ts";
import { isStated, readValues } from "./values.ts";

/** Which check refused a claim. V6, about actions, is `verifyAction`. */
export type Check = "V1" | "V2" | "V3" | "V4" | "V5" | "V7";

export interface VerifiedClaim {
  readonly text: string;
  readonly kind: DraftClaim["kind"];
  readonly confidence: Confidence;
  /** The quotations in the sources' own characters. */
  readonly evidence: readonly { passage: Passage; quote: string }[];
}

export type Verdict = { ok: true; claim: VerifiedClaim } | { ok: false; check: Check; reason: string };

export interface VerifyContext {
  /** The passages of this request, by handle. */
  readonly passages: ReadonlyMap<string, Passage>;
  /** Computed facts of this request that may support a claim beside its quotations: sums, counts, names and dates from the database. */
  readonly facts: readonly string[];
  /** The second permission gate's answer for a passage; it must have been asked after the passages were found. */
  readonly mayRead: (passage: Passage) => boolean;
}

/**
 * Checks one claim of a model against the evidence it names. It is accepted whole or refused whole, never repaired.
 *
 * What this cannot see: a claim whose words and values all occur in the quotation but say something else (who said it to whom, a dropped "not",
 * cause and effect turned round). A negation that the quotation does not contain is refused.
 */
export function verifyClaim(draft: unknown, context: VerifyContext): Verdict {
  const parsed = DraftClaim.safeParse(draft);
  if (!parsed.success) return refuse("V1", parsed.error.issues[0]?.message ?? "not the agreed form");
  const { text, kind } = parsed.data;

  const evidence: { passage: Passage; quote: string }[] = [];
  for (const { handle, quote } of parsed.data.evidence) {
    const passage = context.passages.get(handle);
    if (!passage) return refuse("V2", "cites a handle that is not of this request");
    const found = findQuote(passage.body, quote);
    if (found === undefined) return refuse("V3", "the quotation does not stand in the cited passage");
    if (!context.mayRead(passage)) return refuse("V5", "the cited record may not be read");
    evidence.push({ passage, quote: found });
  }

  const known = [
    ...evidence.map(({ quote }) => quote),
    ...evidence.flatMap(({ passage }) => passage.facts),
    ...context.facts,
  ];
  const link = findForeignLink(text, known);
  if (link) return refuse("V7", link);
  const unknown = findUnsupported(text, known);
  if (unknown) return refuse("V4", unknown);

  const cited = evidence.flatMap(({ passage, quote }) => [quote, ...passage.facts]);
  if (addsNegation(text, cited)) return refuse("V4", "the evidence holds no negation");

  const support = supportOf(text, known);
  if (support === 0) return refuse("V4", "no word of the claim occurs in its evidence");
  return { ok: true, claim: { text, kind, evidence, confidence: toConfidence(support, kind) } };
}

/** The first value or name of the text that none of the known texts contains, described; undefined when all are covered. */
export function findUnsupported(text: string, known: readonly string[]): string | undefined {
  const values = known.flatMap(readValues);
  const value = readValues(text).find((claimed) => !isStated(claimed, values));
  if (value) return `${value.kind} ${value.value} is not in the evidence`;
  const vocabulary = nameVocabulary(known);
  const name = readNames(text).find((word) => !vocabulary.has(word));
  if (name) return `"${name}" is not in the evidence`;
  return undefined;
}

function findForeignLink(text: string, known: readonly string[]): string | undefined {
  if (hasMarkup(text)) return "contains markup";
  const hosts = new Set(known.flatMap(readHosts));
  const foreign = readHosts(text).find((host) => !hosts.has(host));
  return foreign === undefined ? undefined : `${foreign} is not in the evidence`;
}

/** The share of a claim's content words that occur in the evidence, 0..1; 1 for a claim without content words. */
export function supportOf(text: string, known: readonly string[]): number {
  const content = new Set(
    tokenize(text)
      .filter(isContent)
      .map((token) => token.lexeme),
  );
  if (content.size === 0) return 1;
  const vocabulary = new Set(known.flatMap((source) => tokenize(source).map((token) => token.lexeme)));
  return [...content].filter((lexeme) => vocabulary.has(lexeme)).length / content.size;
}

function toConfidence(support: number, kind: DraftClaim["kind"]): Confidence {
  if (kind === "advice") return support >= 0.6 ? "medium" : "low";
  const confidence = support >= 0.75 ? "high" : support >= 0.4 ? "medium" : "low";
  return kind === "inference" && confidence === "high" ? "medium" : confidence;
}

function refuse(check: Check, reason: string): Verdict {
  return { ok: false, check, reason };
}
