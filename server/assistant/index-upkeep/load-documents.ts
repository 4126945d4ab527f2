import type { IndexedKind } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { loadAccountDocuments, loadContactDocuments, loadDealDocuments, loadTaskDocuments } from "./load-records.ts";
import { loadActivityDocuments, loadCoachingDocuments, loadRoomDocuments } from "./load-texts.ts";
import { sortPrincipals } from "./principals.ts";
import type { SourceDocument } from "./source-document.ts";

const LOADERS: Record<IndexedKind, (ctx: RequestContext, ids: string[]) => Promise<SourceDocument[]>> = {
  account: loadAccountDocuments,
  contact: loadContactDocuments,
  opportunity: loadDealDocuments,
  activity: loadActivityDocuments,
  task: loadTaskDocuments,
  room: loadRoomDocuments,
  coaching_item: loadCoachingDocuments,
};

export const INDEXED_KINDS = Object.keys(LOADERS) as readonly IndexedKind[];

/** The records as they are now, in one pass per kind. Those that are gone or empty are not in the result. */
export async function loadDocuments(
  ctx: RequestContext,
  wanted: readonly { kind: IndexedKind; id: string }[],
): Promise<SourceDocument[]> {
  const found: SourceDocument[] = [];
  for (const kind of INDEXED_KINDS) {
    const ids = wanted.filter((ref) => ref.kind === kind).map(({ id }) => id);
    if (ids.length > 0) found.push(...(await LOADERS[kind](ctx, ids)));
  }
  return found
    .filter(({ chunks }) => chunks.length > 0)
    .map((document) => ({ ...document, principals: sortPrincipals(document.principals) }));
}
