import { fold } from "../text/fold.ts";
import { tokenize } from "../text/tokenize.ts";
import { splitSentences } from "../text/sentences.ts";
import { readValues } from "./values.ts";
import { STOP_WORDS } from "../text/stop-words.ts";

// Ordinary words that open a sentence with a capital letter. A word that is missing here only costs a dropped claim, a name that is in here could pass unseen.
const OPENERS = new Set(
  `account accounts according action activities activity agree agreed although amount another answer approval ask asked asks attendees based besides book both
budget business buyer buyers call calls champion check clarify close closing colleagues company competition competitor competitors complaint complaints concern concerns
confirm contact contacts contract contracts cost costs currently customer customers date day days deadline deal deals decision delivery despite discount discounts discuss
discussion due during email emails everyone finally first follow following further get give however implementation including instead invite issue issues key last latest
legal let like log main make management many meeting meetings money month months need needs neither new next none note notes nothing objection objections offer one open
opportunities opportunity order others overall overdue owner participants payment people plan plans prepare price prices pricing problem problems product products project
proposal proposals prospect provide question questions quote quotes recent recently record regarding renewal reply report request requested requests revenue review reviews
risk risks role sales schedule security send sent service services set several share show signed since so someone speaker stage stakeholders status still summary support
task tasks team teams terms thanks therefore they this though time timeline timing today tomorrow total training two update upcoming use user users value vendor verify
waiting want wants week weeks whether work yesterday yet you`.split(/\s+/),
);
// Weekdays and relative days are facts too, although they are no numbers.
const CALENDAR = new Set(
  `monday tuesday wednesday thursday friday saturday sunday today tomorrow yesterday tonight`.split(" "),
);

/**
 * The words of a claim that name something: capitalised words (also at the start of a sentence, unless an ordinary opener), acronyms, words with a digit
 * inside, weekdays and relative days. Folded. A name written in lower case is not recognised.
 */
export function readNames(text: string): string[] {
  const names = new Set<string>();
  for (const sentence of splitSentences(text)) {
    // "12 Mar" and "USD" in "48,200 USD" are checked as values.
    const values = readValues(sentence.text);
    tokenize(sentence.text).forEach((token, at) => {
      if (values.some(({ from, to }) => token.from >= from && token.to <= to)) return;
      const word = bare(token.folded);
      if (CALENDAR.has(word)) names.add(word);
      else if (/\d/.test(token.raw) && /\p{L}{2}/u.test(token.raw)) names.add(word);
      else if (
        /^\p{Lu}/u.test(token.raw) &&
        word.length > 1 &&
        !STOP_WORDS.has(token.folded) &&
        !isOpener(word, token.raw, at)
      )
        names.add(word);
    });
  }
  return [...names];
}

/** The words in which names of a claim may be found: the folded words of the evidence. */
export function nameVocabulary(texts: readonly string[]): Set<string> {
  return new Set(texts.flatMap((text) => tokenize(text).map((token) => bare(token.folded))));
}

function isOpener(word: string, raw: string, at: number): boolean {
  return at === 0 && OPENERS.has(word) && raw !== raw.toUpperCase();
}

function bare(folded: string): string {
  return fold(folded).replace(/'s?$/, "");
}
