import type { Passage } from "../evidence.ts";
import { inverseDocumentFrequency, termWeight } from "../ranking/bm25.ts";
import { diversify, overlap } from "../ranking/mmr.ts";
import { recencyWeight } from "../ranking/recency.ts";
import { splitSentences } from "../text/sentences.ts";
import { lexemes } from "../text/tokenize.ts";
import { cueScore, isQuotable, type Cue } from "./cues.ts";

/** A sentence of a passage, ready to be quoted. */
export interface QuotableSentence {
  readonly passage: Passage;
  readonly text: string;
  readonly lexemes: ReadonlySet<string>;
  /** How typical it is of all that was said, 0..1. */
  readonly centrality: number;
}

export interface RankedSentence extends QuotableSentence {
  readonly cue: number;
  readonly score: number;
}

const LEAST_CUE = 0.7;
const DUPLICATE = 0.6;

/** The quotable sentences of the passages in their order, each with its centrality: the mean BM25 score it would get if every other sentence were a query. */
export function readSentences(passages: readonly Passage[]): QuotableSentence[] {
  const read = passages.flatMap((passage) =>
    splitSentences(passage.body)
      .map(({ text }) => ({ passage, text, words: lexemes(text) }))
      .filter(({ text, words }) => words.length > 0 && isQuotable(text)),
  );
  const frequency = new Map<string, number>();
  for (const { words } of read) for (const word of new Set(words)) frequency.set(word, (frequency.get(word) ?? 0) + 1);

  const centralities = read.map(({ words }) => {
    const counts = new Map<string, number>();
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    let sum = 0;
    for (const [word, times] of counts) {
      const inOthers = (frequency.get(word) ?? 1) - 1;
      sum += termWeight(times, words.length) * inverseDocumentFrequency(inOthers + 1, read.length) * inOthers;
    }
    return sum / Math.max(1, read.length - 1) / Math.sqrt(counts.size);
  });
  const most = Math.max(...centralities, Number.EPSILON);
  return read.map(({ passage, text, words }, at) => ({
    passage,
    text,
    lexemes: new Set(words),
    centrality: (centralities[at] ?? 0) / most,
  }));
}

/** The sentences that show a cue, best first: cue x centrality x recency, near-duplicates removed. The same input always gives the same order. */
export function rankByCue(
  sentences: readonly QuotableSentence[],
  cue: Cue,
  options: { now: Date; count: number },
): RankedSentence[] {
  const ranked = sentences
    .map((sentence) => ({ ...sentence, cue: cueScore(cue, sentence.text) }))
    .filter((sentence) => sentence.cue >= LEAST_CUE)
    .map((sentence) => ({
      ...sentence,
      score: sentence.cue * (0.5 + 0.5 * sentence.centrality) * recencyWeight(sentence.passage.occurredAt, options.now),
    }))
    .sort(
      (a, b) =>
        b.score - a.score ||
        b.passage.occurredAt.getTime() - a.passage.occurredAt.getTime() ||
        compare(a.passage.handle, b.passage.handle) ||
        compare(a.text, b.text),
    );
  const best = ranked[0]?.score ?? 1;
  return diversify(ranked, {
    count: options.count,
    relevance: (sentence) => sentence.score / best,
    similarity: (a, b) => overlap(a.lexemes, b.lexemes),
    duplicateAbove: DUPLICATE,
  });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
