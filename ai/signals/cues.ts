import { tokenize } from "../text/tokenize.ts";

/** What a sentence may be a sign of. */
export const CUES = ["objection", "commitment", "question", "competitor", "legal", "expansion"] as const;
export type Cue = (typeof CUES)[number];

interface CueWord {
  readonly pattern: RegExp;
  readonly weight: number;
  /** A denial in front ("no concerns") takes this word's weight away. */
  readonly isDeniable?: boolean;
}

const deniable = (pattern: RegExp, weight: number): CueWord => ({ pattern, weight, isDeniable: true });
const plain = (pattern: RegExp, weight: number): CueWord => ({ pattern, weight });

/** Words that mark a sentence, with weights; 1 is a clear sign alone, less than 1 needs company. Matched on folded text. */
const LEXICON: Readonly<Record<Cue, readonly CueWord[]>> = {
  objection: [
    deniable(/\b(?:too|very|quite|more) (?:expensive|high|long|slow|late|complex|complicated|risky|much)\b/g, 1),
    deniable(
      /\b(?:concern(?:s|ed|ing)?|worr(?:y|ies|ied)|objections?|hesita\w+|doubt\w*|reluctan\w+|sceptical|skeptical|unhappy|dissatisf\w+|frustrat\w+|disappoint\w+)\b/g,
      1,
    ),
    plain(
      /\b(?:over|above|beyond|exceeds?|cut|no|limited|tight|freeze\w*|frozen) (?:the |our |their )?budgets?\b|\bbudget (?:is |was |has been )?(?:cut|frozen|gone|tight|limited)\b/g,
      1,
    ),
    deniable(
      /\b(?:risks?|risky|problems?|issues?|blockers?|blocked|complain\w*|gaps?|missing|lacks?|fails?|failed|failure|broken|delays?|delayed|postpon\w+|push(?:ed)? back|stall\w*|on hold)\b/g,
      0.7,
    ),
    plain(
      /\b(?:can(?:no|')t|cannot|won't|unable to|not (?:able|ready|convinced|sure|happy|possible|acceptable|willing)|doesn't (?:work|fit|support)|do(?:es)? not (?:work|fit|support))\b/g,
      0.7,
    ),
    plain(/\b(?:expensive|pricey|costly|churn|cancel(?:led|ling|lation)?|terminate)\b/g, 0.7),
    plain(/\b(?:however|unfortunately|but)\b/g, 0.3),
  ],
  commitment: [
    plain(
      /\b(?:i|we|you|he|she|they|it)(?:'ll| will| shall| agreed to| promised to| am going to| are going to| plan to)\b/g,
      0.7,
    ),
    plain(
      /\b(?:agreed|agreement|promis\w+|commit(?:ted|s|ment)?|confirmed|action items?|next steps?|follow[- ]?up|to[- ]?dos?)\b/g,
      0.8,
    ),
    plain(
      /\b(?:by|before|until|no later than|due(?: on)?) (?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\bby (?:the )?(?:end of|eod|eow|tomorrow|next|noon)\b|\b(?:by|before|until|due) (?:the )?\d/g,
      0.8,
    ),
    plain(
      /\b(?:send|deliver|schedule|prepare|provide|review|sign|call|book|set up|share) (?:you |us |them |the |a |an |over |back )/g,
      0.4,
    ),
    plain(/\b(?:deadline|tomorrow|next (?:week|month|monday|tuesday|wednesday|thursday|friday))\b/g, 0.3),
  ],
  question: [
    plain(/\?["')\]]*\s*$/g, 1),
    plain(
      /\b(?:need(?:s)? to (?:know|clarify|find out|check|understand)|wants? to know|would like to know|wonder(?:s|ing)?|unclear|open question|to be (?:clarified|decided|defined)|tbd|asked (?:whether|if|how|when|what|why|who))\b/g,
      1,
    ),
    plain(
      /\b(?:waiting (?:for|on)|pending) (?:an? |the |your |their |our )?(?:answer|reply|response|feedback|decision|confirmation)\b/g,
      0.8,
    ),
  ],
  competitor: [
    deniable(/\b(?:competitors?|competing (?:offers?|bids?|vendors?|products?)|competition)\b/g, 1),
    plain(/\b(?:also|currently|already) (?:talking|speaking|looking|evaluating|testing|using|comparing)\b/g, 0.7),
    plain(
      /\b(?:alternative|other|another|rival|incumbent|different) (?:vendors?|suppliers?|providers?|offers?|quotes?|solutions?)\b/g,
      1,
    ),
    plain(/\b(?:compared (?:to|with)|cheaper than|switch(?:ing)? (?:to|from)|versus|vs\.?)\b/g, 0.6),
  ],
  legal: [
    plain(
      /\b(?:legal (?:team|department|review|counsel|is|has|needs|wants)|with legal|from legal|lawyers?|redlines?|contract review|terms and conditions|liabilit(?:y|ies)|indemni\w+|nda|dpa|msa|gdpr)\b/g,
      1,
    ),
    plain(
      /\b(?:security (?:review|questionnaire|assessment|audit|team|concerns?)|infosec|penetration test|soc ?2|iso ?27001|compliance|data protection)\b/g,
      1,
    ),
    plain(/\bprocurement\b/g, 0.5),
  ],
  expansion: [
    plain(
      /\b(?:more|additional|extra|further) (?:seats|licen[cs]es|users|units|locations|sites|modules|departments|teams)\b/g,
      1,
    ),
    plain(
      /\b(?:roll(?:ing)? (?:it |this )?out to|expand(?:ing)? (?:to|into|the)|upgrad(?:e|ing)|add(?:ing)? (?:more|another|\d+)|other (?:departments|teams|regions|offices|sites))\b/g,
      0.8,
    ),
    deniable(/\b(?:growing|growth|hiring|opening (?:a|another|new)|new (?:office|site|location|region)s?)\b/g, 0.5),
  ],
};
const DENIAL = /\b(?:no|not|never|without|any|zero|\w+n't|none|free of|resolved|solved|fixed)\s+(?:\w+\s+){0,2}$/;

/**
 * How strongly a sentence shows a cue: the sum of the weights of its cue words, each kind of word counted once; 0 when there is none.
 * English only; other languages give 0, so their sentences are found by search but not sorted into sections.
 */
export function cueScore(cue: Cue, sentence: string): number {
  // Folding would drop the question mark's neighbours; only case and apostrophes matter here.
  const text = sentence.toLowerCase().replace(/[’‘]/g, "'");
  return LEXICON[cue].reduce((score, { pattern, weight, isDeniable }) => {
    const hits = [...text.matchAll(pattern)].filter(
      (match) => !(isDeniable && DENIAL.test(text.slice(0, match.index))),
    );
    return hits.length > 0 ? score + weight : score;
  }, 0);
}

/** Claims that a sentence can stand alone: neither a scrap nor a wall of text. */
export function isQuotable(sentence: string): boolean {
  const words = tokenize(sentence).length;
  return words >= 4 && words <= 70;
}
