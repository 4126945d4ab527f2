import type { Confidence } from "../contract.ts";
import { EvidenceList, type Claim, type EvidenceChip, type Section } from "../evidence.ts";
import { LABEL } from "../labels.ts";
import type { Cue } from "../signals/cues.ts";
import { rankByCue, readSentences, type QuotableSentence, type RankedSentence } from "../signals/sentences.ts";
import { findQuote } from "../verify/quote.ts";
import { changes, nextSteps, people, sinceOf, standing } from "./fact-sentences.ts";
import type { FactSentence, SummaryInput } from "./input.ts";

/** Raised with every change of template or ranking, so that a stored summary of an older version is renewed. */
export const SUMMARY_VERSION = "summary-1";

export interface Summary {
  readonly label: string;
  readonly sections: readonly Section[];
  readonly evidence: readonly EvidenceChip[];
  readonly verified: number;
  readonly total: number;
}

const LINES = { facts: 8, quotes: 4 } as const;

/**
 * The summary without a model: computed sentences and verbatim quotations under six headings, every line with its evidence. A section without anything to say
 * stays empty. The same input gives the same bytes.
 */
export function summarise(input: SummaryInput): Summary {
  const sentences = readSentences(input.texts);
  // A sentence is shown under one heading only. The headings that ask for particular words choose first, what remains may count as news.
  const used = new Set<string>();
  const objections = pickByCue(sentences, "objection", input.now, used);
  const commitments = pickByCue(sentences, "commitment", input.now, used);
  const questions = pickByCue(sentences, "question", input.now, used);
  const news = pickNews(input, sentences, used);

  const evidence = new EvidenceList();
  const facts = (found: readonly FactSentence[]) =>
    found.slice(0, LINES.facts).map((sentence) => factClaim(sentence, evidence));
  const quotes = (found: readonly RankedSentence[]) =>
    found.map((sentence) => quoteClaim(sentence, evidence, confidenceOf(sentence)));
  const sections: Section[] = [
    { title: "Standing", claims: facts(standing(input)) },
    {
      title: "Changed since your last visit",
      claims: [...facts(changes(input)), ...news.map((sentence) => quoteClaim(sentence, evidence, "high"))],
    },
    { title: "People", claims: facts(people(input)) },
    { title: "Risks and objections", claims: quotes(objections) },
    { title: "Commitments and next steps", claims: [...facts(nextSteps(input)), ...quotes(commitments)] },
    { title: "Open questions", claims: quotes(questions) },
  ];
  const claims = sections.flatMap((section) => section.claims).length;
  return { label: LABEL.extracted, sections, evidence: evidence.list(), verified: claims, total: claims };
}

function factClaim({ text, evidence }: FactSentence, list: EvidenceList): Claim {
  return {
    text,
    kind: "fact",
    evidence: evidence.map(({ passage, quote }) => list.add(passage, quote)),
    confidence: "high",
  };
}

function pickByCue(sentences: readonly QuotableSentence[], cue: Cue, now: Date, used: Set<string>): RankedSentence[] {
  const open = sentences.filter(({ text }) => !used.has(text));
  const picked = rankByCue(open, cue, { now, count: LINES.quotes });
  for (const { text } of picked) used.add(text);
  return picked;
}

/** The most typical sentence of each text that came since the last visit, newest text first. */
function pickNews(input: SummaryInput, sentences: readonly QuotableSentence[], used: Set<string>): QuotableSentence[] {
  const since = sinceOf(input);
  const best = new Map<string, QuotableSentence>();
  for (const sentence of sentences) {
    if (sentence.passage.occurredAt <= since || used.has(sentence.text)) continue;
    const { type, id } = sentence.passage.record;
    const known = best.get(`${type}:${id}`);
    if (!known || sentence.centrality > known.centrality) best.set(`${type}:${id}`, sentence);
  }
  return [...best.values()].sort(newestFirst).slice(0, LINES.quotes);
}

function newestFirst(a: QuotableSentence, b: QuotableSentence): number {
  return (
    b.passage.occurredAt.getTime() - a.passage.occurredAt.getTime() || (a.passage.handle < b.passage.handle ? -1 : 1)
  );
}

function quoteClaim({ passage, text }: QuotableSentence, list: EvidenceList, confidence: Confidence): Claim {
  const quote = findQuote(passage.body, text) ?? text;
  return { text: text.replace(/\s+/g, " "), kind: "fact", evidence: [list.add(passage, quote)], confidence };
}

/** The words are verbatim; what is uncertain is whether the sentence belongs under this heading. */
function confidenceOf({ cue }: RankedSentence): Confidence {
  return cue >= 1.4 ? "high" : cue >= 1 ? "medium" : "low";
}
