import { sql } from "drizzle-orm";
import { HASHED_MODEL_ID } from "#db/schema/index.ts";
import { questionLexemes } from "#ai/answer/question.ts";
import { hashedEmbedding } from "#ai/embeddings/hashed.ts";
import type { Passage } from "#ai/evidence.ts";
import { VECTOR_WEIGHT } from "#ai/ranking/fuse.ts";
import { diversify, overlap } from "#ai/ranking/mmr.ts";
import { recencyWeight } from "#ai/ranking/recency.ts";
import { formatDay } from "#ai/records/format.ts";
import { lexemes } from "#ai/text/tokenize.ts";
import type { RequestContext } from "#server/core/context.ts";
import { withSystemTransaction, withTransaction } from "#server/core/transaction.ts";
import { listVisible, refKey } from "#server/core/visibility.ts";
import { INDEX_CONSUMER } from "../index-upkeep/follow-events.ts";
import { searchHybrid, type Hit, type QueryVector } from "./hybrid.ts";
import { openScopes } from "./scopes.ts";
import { findTerms, type Term } from "./terms.ts";

export interface Retrieval {
  passages: Passage[];
  terms: Term[];
  /** Passages that the record's own policies refused after the index had let them through. */
  refusals: number;
}

export interface RetrieveInput {
  question: string;
  /** Only texts about these records. */
  within?: readonly string[] | undefined;
  /** Records whose texts come first. */
  near?: readonly string[];
  /** The question under the active embedding model; without it the offline embedding is used. */
  vector?: QueryVector | undefined;
  most?: number;
}

const PER_DOCUMENT = 3;
const MOST = 12;

/** Finds the passages that speak to a question among those this user may open, checked twice: by scope inside the search, by the records' policies after it. */
export async function retrieve(ctx: RequestContext, input: RetrieveInput): Promise<Retrieval> {
  const words = questionLexemes(input.question);
  const { hits, terms, refused } = await withTransaction(ctx, async (ctx) => {
    const scopeIds = await openScopes(ctx);
    const terms = await findTerms(ctx, words, scopeIds);
    const repaired = terms.map(({ lexeme }) => lexeme).join(" ");
    const vector = input.vector ?? (repaired === "" ? undefined : hashedVector(input.question));
    const found = await searchHybrid(ctx, { terms, vector, scopeIds, within: input.within });
    const visible = await listVisible(ctx, found.map(toRef));
    const hits = found.filter((hit) => visible.has(refKey(toRef(hit))));
    return { hits, terms, refused: found.filter((hit) => !hits.includes(hit)) };
  });
  if (refused.length > 0) await reportRefusals(ctx, refused);
  return { passages: rank(hits, input, ctx.now()).map(toPassage), terms, refusals: refused.length };
}

const toRef = ({ kind, sourceId }: Hit) => ({ type: kind, id: sourceId });

const hashedVector = (question: string): QueryVector => ({
  modelId: HASHED_MODEL_ID,
  weight: VECTOR_WEIGHT.hashed,
  // Unrelated texts have inner products around 0 with a spread of 1/32.
  least: 0.15,
  vector: hashedEmbedding(question),
});

/** Age, nearness to the record in hand and the customer's own words, then variety: no near-duplicates, at most three parts of one text. */
function rank(hits: readonly Hit[], { near = [], most = MOST }: RetrieveInput, now: Date): Hit[] {
  const close = new Set(near);
  const weighed = hits
    .map((hit, at) => {
      const isNear = hit.about.some((id) => close.has(id));
      const score =
        hit.score *
        (0.6 + 0.4 * recencyWeight(hit.occurredAt, now)) *
        (isNear ? 1.2 : 1) *
        (hit.isFromCustomer ? 1.1 : 1);
      return { hit, score, at, words: new Set(lexemes(hit.body)) };
    })
    .sort((a, b) => b.score - a.score || a.at - b.at);
  const perDocument = new Map<string, number>();
  const limited = weighed.filter(({ hit }) => {
    const count = (perDocument.get(hit.documentId) ?? 0) + 1;
    perDocument.set(hit.documentId, count);
    return count <= PER_DOCUMENT;
  });
  const best = limited[0]?.score ?? 1;
  return diversify(limited, {
    count: most,
    relevance: ({ score }) => score / best,
    similarity: (a, b) => overlap(a.words, b.words),
    duplicateAbove: 0.9,
  }).map(({ hit }) => hit);
}

function toPassage(hit: Hit, at: number): Passage {
  return {
    handle: `p${String(at + 1).padStart(2, "0")}`,
    record: { type: hit.kind, id: hit.sourceId },
    label: hit.title,
    body: hit.body,
    facts: [hit.title, hit.heading ?? "", hit.authorName ?? "", formatDay(hit.occurredAt)].filter(
      (fact) => fact !== "",
    ),
    occurredAt: hit.occurredAt,
    ...(hit.authorName ? { author: hit.authorName } : {}),
    chunkId: hit.chunkId,
    ...(hit.blockId ? { blockId: hit.blockId } : {}),
    isTainted: hit.isTainted,
  };
}

/**
 * A refusal is expected while the index lags behind a change of owner, and only then. Otherwise scope and policy disagree: counted and logged as an error,
 * for that number must stay at zero.
 */
async function reportRefusals(ctx: RequestContext, refused: readonly Hit[]): Promise<void> {
  const isLagging = await withSystemTransaction(ctx.db, async (tx) => {
    const [state] = await tx.execute<{ lagging: boolean }>(sql`select
      exists (select 1 from event_inbox where workspace_id = ${ctx.workspaceId})
      or exists (select 1 from ai_pending where workspace_id = ${ctx.workspaceId})
      or exists (select 1 from event_log l where l.workspace_id = ${ctx.workspaceId}
        and l.seq > coalesce((select seq from event_consumer where name = ${INDEX_CONSUMER}), 0)) as lagging`);
    if (state?.lagging) return true;
    await tx.execute(
      sql`update ai_stat set refusals = refusals + ${refused.length} where workspace_id = ${ctx.workspaceId}`,
    );
    return false;
  });
  const details = { records: refused.map((hit) => refKey(toRef(hit))) };
  if (isLagging) ctx.log.info(details, "passages withheld: their readers changed and the index is about to follow");
  else ctx.log.error(details, "the index let through passages that their records refuse");
}
