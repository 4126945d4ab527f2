import { EvidenceList, type Passage } from "#ai/evidence.ts";
import type { RequestContext } from "#server/core/context.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { refKey } from "#server/core/visibility.ts";
import { readDataVersion, withLinks, type LinkedChip } from "../block.ts";
import type { AnswerEvent } from "./answer-event.ts";

/** What the account of the run wants to know. */
export interface AnswerTotals {
  engine: string;
  verified: number;
  total: number;
  dropped: Record<string, number>;
  evidence: string[];
  failure: string | null;
  usage: { promptTokens: number; completionTokens: number } | null;
}

/** Numbers chips and hands out each once, with the claim that uses it first. */
export class ChipSender {
  private readonly list = new EvidenceList();
  private sent = 0;

  add(passage: Passage, quote: string): number {
    return this.list.add(passage, quote);
  }

  take(): LinkedChip[] {
    const fresh = this.list.list().slice(this.sent);
    this.sent += fresh.length;
    return withLinks(fresh);
  }
}

export const NOTHING: AnswerTotals = {
  engine: "extracted",
  verified: 0,
  total: 0,
  dropped: {},
  evidence: [],
  failure: null,
  usage: null,
};

export const keysOf = (passages: readonly Passage[]): string[] => [
  ...new Set(passages.map(({ record }) => refKey(record))),
];

/** The records behind passages, each once. */
export function listRecords(passages: readonly Passage[]) {
  const list = new EvidenceList();
  const seen = new Set<string>();
  for (const passage of passages) {
    if (seen.has(refKey(passage.record))) continue;
    seen.add(refKey(passage.record));
    list.add(passage, "");
  }
  return withLinks(list.list()).map(({ type, id, label, occurredAt, href }) => ({
    type,
    id,
    label,
    occurredAt,
    href,
  }));
}

export async function done(
  ctx: RequestContext,
  label: string,
  verified: number,
  total: number,
  note: string | null,
): Promise<AnswerEvent> {
  return { kind: "done", label, verified, total, note, dataVersion: await withTransaction(ctx, readDataVersion) };
}
