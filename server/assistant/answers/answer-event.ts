import type { Claim } from "#ai/evidence.ts";
import type { DataVersion, LinkedChip } from "../block.ts";

/** What was searched, in words and as a record, so that "nothing found" says where. */
export interface AnswerScope {
  /** "Acme and everything linked to it", "everything you may open". */
  words: string;
  subject: { type: string; id: string } | null;
}

/** The pieces of an answer, in the order they are sent: meta, evidence, then claims and dropped, then usage and done, or error. */
export type AnswerEvent =
  | { kind: "meta"; answerId: string; question: string; scope: AnswerScope; startedAt: string }
  /** The passages that were found; claims quote some of them. */
  | { kind: "evidence"; found: { type: string; id: string; label: string; occurredAt: string; href: string }[] }
  /** A verified statement with the chips it is the first to use. */
  | { kind: "claim"; section: string; claim: Claim; evidence: LinkedChip[] }
  | { kind: "dropped"; check: string }
  | { kind: "usage"; promptTokens: number; completionTokens: number }
  | { kind: "done"; label: string; verified: number; total: number; note: string | null; dataVersion: DataVersion }
  | { kind: "error"; message: string };
