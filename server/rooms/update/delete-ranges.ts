import * as encoding from "lib0/encoding";
import type { DeletedRange } from "./walk-update.ts";

/** Clocks `from` (inclusive) to `to` (exclusive). */
type Span = { from: number; to: number };

/**
 * Everything ever deleted in a room. A client that joins sends all deletions it knows, and several clients repeat the same
 * clean-up of formatting: without this memory each would be stored and sent round again.
 */
export class DeleteRanges {
  private readonly clients = new Map<number, Span[]>();

  /** The parts of these deletions that are news. */
  unknown(deletes: readonly DeletedRange[]): DeletedRange[] {
    return deletes.flatMap(({ client, clock, length }) => {
      const news: DeletedRange[] = [];
      const end = clock + length;
      const spans = this.clients.get(client) ?? [];
      let at = clock;
      for (let i = firstEndingAfter(spans, clock); at < end; i++) {
        const span = spans[i];
        const gapEnd = span ? Math.min(span.from, end) : end;
        if (at < gapEnd) news.push({ client, clock: at, length: gapEnd - at });
        if (!span) break;
        at = Math.max(at, span.to);
      }
      return news;
    });
  }

  add(deletes: readonly DeletedRange[]): void {
    for (const { client, clock, length } of deletes) {
      const spans = this.clients.get(client) ?? [];
      if (spans.length === 0) this.clients.set(client, spans);
      insertSpan(spans, { from: clock, to: clock + length });
    }
  }

  toRanges(): DeletedRange[] {
    return [...this.clients].flatMap(([client, spans]) =>
      spans.map(({ from, to }) => ({ client, clock: from, length: to - from })),
    );
  }
}

/** Writes deletions the way Yjs does: highest client first, each client once. Ranges of a client must be sorted. */
export function encodeDeleteSet(deletes: readonly DeletedRange[]): Uint8Array {
  const byClient = new Map<number, DeletedRange[]>();
  for (const range of deletes) {
    const ranges = byClient.get(range.client);
    if (ranges) ranges.push(range);
    else byClient.set(range.client, [range]);
  }
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, byClient.size);
  for (const [client, ranges] of [...byClient].sort(([a], [b]) => b - a)) {
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, ranges.length);
    for (const { clock, length } of ranges) {
      encoding.writeVarUint(encoder, clock);
      encoding.writeVarUint(encoder, length);
    }
  }
  return encoding.toUint8Array(encoder);
}

/** Index of the first span that ends after `clock`, or the number of spans. */
function firstEndingAfter(spans: readonly Span[], clock: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle]!.to > clock) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Keeps the spans sorted, apart, and merged where they touch. */
function insertSpan(spans: Span[], added: Span): void {
  const first = firstEndingAfter(spans, added.from - 1);
  let last = first;
  while (last < spans.length && spans[last]!.from <= added.to) last++;
  const swallowed = spans.slice(first, last);
  const from = Math.min(added.from, ...swallowed.slice(0, 1).map((span) => span.from));
  const to = Math.max(added.to, ...swallowed.slice(-1).map((span) => span.to));
  spans.splice(first, last - first, { from, to });
}
