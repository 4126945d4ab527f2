/**
 * Lower-cases, removes accents and maps typographic quotes and dashes to plain ones, so that "Zürich’s" and "zurich's" are one word.
 * The result may differ in length from the input: never use its offsets on the original.
 */
export function fold(text: string): string {
  return (
    text
      .normalize("NFKD")
      // Accents only: other marks, such as Japanese voicing or Indic vowels, make a different word.
      .replace(/[\u0300-\u036f]+/g, "")
      .normalize("NFC")
      .toLowerCase()
      .replace(/[‘’‛ʼ]/g, "'")
      .replace(/[“”„«»]/g, '"')
      .replace(/[‐‑‒–—]/g, "-")
      .replace(/ß/g, "ss")
      .replace(/ø/g, "o")
      .replace(/æ/g, "ae")
      .replace(/ł/g, "l")
  );
}

/** Collapses every run of white space to one blank and trims: the only difference a quotation may have from its source. */
export function collapseSpace(text: string): string {
  return text.replace(/\s+/gu, " ").trim();
}
