import type { IndexedKind } from "#db/schema/index.ts";
import type { Chunk } from "#ai/text/chunk.ts";

/** A record as it goes into the index. */
export interface SourceDocument {
  kind: IndexedKind;
  id: string;
  title: string;
  chunks: Chunk[];
  /** Who may read it: `owner:<id>` (whoever sees that person's records) and `user:<id>`. */
  principals: string[];
  scopeKind: "record" | "private";
  /** Every record it speaks of, itself included. */
  about: { type: string; id: string }[];
  occurredAt: Date;
  authorName: string | null;
  isTainted: boolean;
  isFromCustomer: boolean;
}
