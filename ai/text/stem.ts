const VOWEL = /[aeiouy]/;

/**
 * A light English stemmer: plural -s, then -ing and -ed, then a silent -e. Input is a folded word.
 *
 * Light on purpose: it joins "price", "prices", "pricing" and "priced" and leaves every other language nearly untouched; an aggressive one
 * merges names ("Mars" and "Mar") that a CRM must keep apart. Words under four letters, words with digits and non-Latin words are left alone.
 */
export function stem(word: string): string {
  if (word.length < 4 || !/^[a-z']+$/.test(word)) return word;
  const bare = word.endsWith("'s") ? word.slice(0, -2) : word.replace(/'/g, "");
  return withoutSilentE(withoutParticiple(withoutPlural(bare)));
}

function withoutPlural(word: string): string {
  if (word.length < 4 || !word.endsWith("s") || /(ss|us|is)$/.test(word)) return word;
  if (word.endsWith("ies")) return word.length > 4 ? `${word.slice(0, -3)}y` : word.slice(0, -1);
  if (/(sses|shes|ches|xes|zes)$/.test(word)) return word.slice(0, -2);
  return word.slice(0, -1);
}

function withoutParticiple(word: string): string {
  if (word.endsWith("ied") && word.length > 4) return `${word.slice(0, -3)}y`;
  const suffix = word.endsWith("ing") ? 3 : word.endsWith("ed") && !word.endsWith("eed") ? 2 : 0;
  const root = word.slice(0, word.length - suffix);
  if (suffix === 0 || root.length < 3 || !VOWEL.test(root)) return word;
  // "planned" -> "plan", but "called" -> "call": l, s and z are doubled in the base word.
  return /([bdfgmnprt])\1$/.test(root) ? root.slice(0, -1) : root;
}

function withoutSilentE(word: string): string {
  return word.length > 4 && word.endsWith("e") ? word.slice(0, -1) : word;
}
