import type { PassageAnchor } from "#db/schema/coaching.ts";
import type { ResolvedPassage } from "../anchors.ts";
import type { LoggedUpdate } from "../store/room-store.ts";
import type { EncodedDocument, SetAside } from "./compact-document.ts";
import type { DerivedBlock } from "./derive-blocks.ts";

/** What the compaction worker is asked. */
export interface CompactionJob {
  id: number;
  /** Room and epoch: the worker keeps the document for the next job. */
  docKey: string;
  /** The worker may go on from the document it kept at this position; otherwise it starts from `base`. */
  keptSeq: number | null;
  base: Uint8Array | null;
  updates: LoggedUpdate[];
  /** The position the document has reached with these updates. */
  uptoSeq: number;
  anchors: PassageAnchor[];
  /** Also write the document and prove that it can be read again. */
  encodes: boolean;
}

export interface CompactionResult {
  id: number;
  /** The worker no longer has the document it was to go on from: ask again with everything. */
  needsBase: boolean;
  blocks: DerivedBlock[];
  passages: ResolvedPassage[];
  setAside: SetAside[];
  encoded: EncodedDocument | null;
  /** Why the document could not be written, if so; the log then stays as it is. */
  failure: string | null;
}
