import { stem } from "../text/stem.ts";
import { isContent, tokenize } from "../text/tokenize.ts";

// Words that ask rather than say what is asked about; they stand in few texts and would look rare.
const ASKING = new Set(
  `say said says tell told talk talked think thought mention mentioned know find give show list explain describe summarize summarise summary discuss discussed happen happened
feel felt regarding concerning anything something everything anyone someone please want wanted like exactly really currently far ever many much kind sort thing things reason
reasons made make get got go going let see look question answer info information detail details`
    .split(/\s+/)
    .map(stem),
);
const MOST_WORDS = 12;

/** The words of a question that can be searched, in order, each once. Empty when it asks about nothing in particular. */
export function questionLexemes(question: string): string[] {
  const found = tokenize(question)
    .filter(isContent)
    .map(({ lexeme }) => lexeme)
    .filter((lexeme) => !ASKING.has(lexeme));
  return [...new Set(found)].slice(0, MOST_WORDS);
}
