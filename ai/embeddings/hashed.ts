import { fold } from "../text/fold.ts";
import { hash32 } from "../text/hash.ts";
import { isContent, tokenize } from "../text/tokenize.ts";

/** The offline embedding, which is always there. It knows spelling and shared words, not meaning: call it "spelling and word similarity". */
export const HASHED_MODEL = { name: "hashed-v1", dims: 1024 } as const;

const WEIGHT = { word: 1.0, bigram: 0.5, characters: 0.35 } as const;
const SIGN_SEED = 0x9e3779b9;

/**
 * Signed feature hashing of words, word pairs and character 3- and 4-grams into 1,024 dimensions, each feature weighted by 1 + ln(count), the whole
 * scaled to length 1. A text without words gives the zero vector. The sign, taken from a second hash, makes collisions cancel on average.
 */
export function hashedEmbedding(text: string): Float32Array {
  const vector = new Float32Array(HASHED_MODEL.dims);
  for (const [feature, { count, weight }] of features(text)) {
    const slot = hash32(feature) % HASHED_MODEL.dims;
    const sign = (hash32(feature, SIGN_SEED) & 1) === 0 ? 1 : -1;
    vector[slot] = (vector[slot] ?? 0) + sign * weight * (1 + Math.log(count));
  }
  return normalise(vector);
}

/** Scales a vector to length 1 in place and returns it; the zero vector stays zero. */
export function normalise<V extends Float32Array | number[]>(vector: V): V {
  let sum = 0;
  for (const value of vector) sum += value * value;
  if (sum === 0) return vector;
  const length = Math.sqrt(sum);
  for (let at = 0; at < vector.length; at += 1) vector[at] = (vector[at] ?? 0) / length;
  return vector;
}

function features(text: string): Map<string, { count: number; weight: number }> {
  const found = new Map<string, { count: number; weight: number }>();
  const add = (feature: string, weight: number) => {
    const entry = found.get(feature);
    if (entry) entry.count += 1;
    else found.set(feature, { count: 1, weight });
  };

  let previous: string | undefined;
  for (const token of tokenize(text)) {
    // A pair may join a stop word ("not ready"), so pairs follow the text and only single words are filtered.
    if (previous !== undefined) add(`b:${previous} ${token.lexeme}`, WEIGHT.bigram);
    previous = token.lexeme;
    if (!isContent(token)) continue;
    add(`w:${token.lexeme}`, WEIGHT.word);
    const padded = `^${fold(token.raw)}$`;
    for (const size of [3, 4]) {
      for (let at = 0; at + size <= padded.length; at += 1) add(`c:${padded.slice(at, at + size)}`, WEIGHT.characters);
    }
  }
  return found;
}
