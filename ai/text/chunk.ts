import { hash32 } from "./hash.ts";
import { splitSentences, type Span } from "./sentences.ts";
import { countWords, tokenize } from "./tokenize.ts";
import type { Turn } from "./turns.ts";

/** A passage as it is indexed, quoted and shown. `charFrom`/`charTo` locate it in the source; `heading` is searched with it but never quoted. */
export interface Chunk {
  readonly seq: number;
  readonly charFrom: number;
  readonly charTo: number;
  readonly body: string;
  readonly heading?: string;
  readonly startSeconds?: number;
  readonly blockId?: string;
}

/** A block of a live room, as its compaction derives it. */
export interface RoomBlock {
  readonly id: string;
  readonly path: string;
  readonly text: string;
}

export const CHUNK_WORDS = { least: 120, most: 240 } as const;
const NOTE_MOST_WORDS = 360;
const TURNS = { least: 3, most: 6 } as const;
// One sentence in four may end a chunk, so that about 180 words come together; see `groupSentences`.
const CUT_ONE_IN = 4;

/** Chunks of running text on sentence bounds, about 180 words each. */
export function chunkProse(source: string): Chunk[] {
  return groupSentences(splitSentences(source).flatMap(splitOverlong)).map((group, seq) => toChunk(source, group, seq));
}

/** A note or an activity is one chunk, unless it is too long to be one thought. */
export function chunkNote(source: string): Chunk[] {
  if (countWords(source) > NOTE_MOST_WORDS) return chunkProse(source);
  const body = source.trim();
  if (body === "") return [];
  const charFrom = source.indexOf(body);
  return [{ seq: 0, charFrom, charTo: charFrom + body.length, body }];
}

/** A record's fact card: one line per field that has a value, always one chunk. */
export function chunkFactCard(fields: readonly { label: string; value: string }[]): Chunk[] {
  const body = fields
    .filter(({ value }) => value.trim() !== "")
    .map(({ label, value }) => `${label}: ${value.replace(/\s+/g, " ").trim()}`)
    .join("\n");
  return body === "" ? [] : [{ seq: 0, charFrom: 0, charTo: body.length, body }];
}

/** A conversation in groups of three to six turns with the speaker named at each turn; a monologue is split like running text. */
export function chunkTurns(turns: readonly Turn[]): Chunk[] {
  const chunks: Omit<Chunk, "seq">[] = [];
  let group: Turn[] = [];
  let words = 0;
  const flush = () => {
    if (group.length > 0) chunks.push(toTurnChunk(group));
    group = [];
    words = 0;
  };
  for (const turn of turns) {
    const length = countWords(turn.text);
    if (length > CHUNK_WORDS.most) {
      flush();
      chunks.push(...splitMonologue(turn));
      continue;
    }
    if (group.length >= TURNS.most || (group.length >= TURNS.least && words + length > CHUNK_WORDS.most)) flush();
    group.push(turn);
    words += length;
  }
  flush();
  return chunks.map((chunk, seq) => ({ ...chunk, seq }));
}

/** A live room: one chunk per block with text, so that an edit in one block leaves every other chunk as it is. */
export function chunkRoom(blocks: readonly RoomBlock[]): Chunk[] {
  return blocks
    .flatMap((block) =>
      chunkNote(block.text).map((chunk) => ({
        ...chunk,
        blockId: block.id,
        ...(block.path ? { heading: block.path } : {}),
      })),
    )
    .map((chunk, seq) => ({ ...chunk, seq }));
}

/**
 * Groups sentences with bounds that depend on content, not on position: after 120 words the first sentence whose hash says so ends the chunk.
 * An edit therefore changes the chunks around it and the ones behind fall back into step, instead of all moving by a few words.
 */
function groupSentences(sentences: readonly Span[]): Span[][] {
  const groups: Span[][] = [];
  let group: Span[] = [];
  let words = 0;
  for (const sentence of sentences) {
    const length = countWords(sentence.text);
    if (group.length > 0 && words + length > CHUNK_WORDS.most) {
      groups.push(group);
      group = [];
      words = 0;
    }
    group.push(sentence);
    words += length;
    if (words >= CHUNK_WORDS.least && hash32(sentence.text) % CUT_ONE_IN === 0) {
      groups.push(group);
      group = [];
      words = 0;
    }
  }
  if (group.length > 0) groups.push(group);
  return groups;
}

/** A "sentence" longer than a chunk (a pasted log, a text without points) is cut between words. */
function splitOverlong(sentence: Span): Span[] {
  const tokens = tokenize(sentence.text);
  if (tokens.length <= CHUNK_WORDS.most) return [sentence];
  const pieces: Span[] = [];
  for (let at = 0; at < tokens.length; at += CHUNK_WORDS.most) {
    const from = at === 0 ? 0 : (tokens[at]?.from ?? 0);
    const next = tokens[at + CHUNK_WORDS.most];
    const text = sentence.text.slice(from, next ? next.from : sentence.text.length).trimEnd();
    pieces.push({ from: sentence.from + from, to: sentence.from + from + text.length, text });
  }
  return pieces;
}

function toChunk(source: string, group: readonly Span[], seq: number): Chunk {
  const charFrom = group[0]?.from ?? 0;
  const charTo = group.at(-1)?.to ?? 0;
  return { seq, charFrom, charTo, body: source.slice(charFrom, charTo) };
}

function toTurnChunk(group: readonly Turn[]): Omit<Chunk, "seq"> {
  const first = group[0];
  return {
    charFrom: first?.from ?? 0,
    charTo: group.at(-1)?.to ?? 0,
    body: group.map((turn) => `${turn.speaker}: ${turn.text}`).join("\n"),
    ...(first?.startSeconds === undefined ? {} : { startSeconds: first.startSeconds }),
  };
}

function splitMonologue(turn: Turn): Omit<Chunk, "seq">[] {
  return chunkProse(turn.text).map((part) => ({
    charFrom: turn.from,
    charTo: turn.to,
    body: `${turn.speaker}: ${part.body}`,
    ...(turn.startSeconds === undefined ? {} : { startSeconds: turn.startSeconds }),
  }));
}
