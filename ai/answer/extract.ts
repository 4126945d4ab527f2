import { EvidenceList, type EvidenceChip, type Passage, type Section } from "../evidence.ts";
import { LABEL, NO_EVIDENCE } from "../labels.ts";
import { diversify, overlap } from "../ranking/mmr.ts";
import { recencyWeight } from "../ranking/recency.ts";
import { splitSentences } from "../text/sentences.ts";
import { lexemes } from "../text/tokenize.ts";

export interface ExtractInput {
  /** The question's lexemes with their idf; words repaired by the index stand here in their repaired form. */
  readonly terms: ReadonlyMap<string, number>;
  /** Retrieved passages, best first. */
  readonly passages: readonly Passage[];
  readonly now: Date;
}

export interface ExtractedAnswer {
  readonly label: string;
  readonly sections: readonly Section[];
  readonly evidence: readonly EvidenceChip[];
  /** Present when nothing was found. */
  readonly note?: string;
}

/** The share of the question's information (sum of idf) that a passage or sentence must hold to count as an answer. */
export const LEAST_COVERAGE = 0.4;
const MOST_SENTENCES = 5;

/**
 * The answer without a model: the sentences of the retrieved passages that hold most of the question's rare words, quoted verbatim.
 * Says "No evidence found" when no passage holds enough of the question; it never falls back to something merely similar.
 */
export function extractAnswer({ terms, passages, now }: ExtractInput): ExtractedAnswer {
  const whole = [...terms.values()].reduce((sum, idf) => sum + idf, 0);
  const coverage = (words: ReadonlySet<string>) =>
    whole === 0 ? 0 : [...terms].reduce((sum, [term, idf]) => (words.has(term) ? sum + idf : sum), 0) / whole;

  const candidates = passages.flatMap((passage, rank) => {
    const context = new Set(lexemes(`${passage.label} ${passage.body}`));
    const passageCoverage = coverage(context);
    if (passageCoverage < LEAST_COVERAGE) return [];
    return splitSentences(passage.body).map(({ text }, at) => {
      const words = new Set(lexemes(text));
      const own = coverage(words);
      // A sentence is read with its neighbours: the passage's coverage and rank lift it, but it must hold some of the question itself.
      const score =
        own === 0
          ? 0
          : (own + 0.3 * passageCoverage) *
            (0.7 + 0.3 * recencyWeight(passage.occurredAt, now)) *
            (1 - rank / (4 * passages.length));
      return { passage, text, words, own, score, at };
    });
  });
  const ranked = candidates
    .filter(({ own }) => own >= LEAST_COVERAGE / 2)
    .sort(
      (a, b) =>
        b.score - a.score ||
        (a.passage.handle < b.passage.handle ? -1 : a.passage.handle > b.passage.handle ? 1 : a.at - b.at),
    );
  const best = ranked[0]?.score ?? 1;
  const picked = diversify(ranked, {
    count: MOST_SENTENCES,
    relevance: ({ score }) => score / best,
    similarity: (a, b) => overlap(a.words, b.words),
    duplicateAbove: 0.7,
  }).filter(({ score }) => score >= best / 3);

  if (picked.length === 0) return { label: LABEL.extracted, sections: [], evidence: [], note: NO_EVIDENCE };
  const evidence = new EvidenceList();
  const claims = picked.map(({ passage, text, own }) => ({
    text: text.replace(/\s+/g, " "),
    kind: "fact" as const,
    evidence: [evidence.add(passage, text)],
    confidence: own >= 0.75 ? ("high" as const) : own >= LEAST_COVERAGE ? ("medium" as const) : ("low" as const),
  }));
  return { label: LABEL.extracted, sections: [{ title: "Answer", claims }], evidence: evidence.list() };
}
