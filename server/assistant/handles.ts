import { randomBytes } from "node:crypto";
import type { Passage } from "#ai/evidence.ts";

const ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";

/** The passages under fresh random handles: a text cannot name a handle it was never told, so it cannot plant a citation. */
export function withRandomHandles(passages: readonly Passage[]): Passage[] {
  const used = new Set<string>();
  return passages.map((passage) => {
    let handle = "";
    do handle = `e-${[...randomBytes(8)].map((byte) => ALPHABET[byte % ALPHABET.length]).join("")}`;
    while (used.has(handle));
    used.add(handle);
    return { ...passage, handle };
  });
}
