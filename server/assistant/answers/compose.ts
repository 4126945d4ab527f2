import { extractAnswer } from "#ai/answer/extract.ts";
import { readIntent } from "#ai/answer/intents.ts";
import { LABEL, NO_EVIDENCE } from "#ai/labels.ts";
import { ModelError } from "#ai/model-error.ts";
import type { FactSentence } from "#ai/summary/input.ts";
import type { RequestContext } from "#server/core/context.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { withLinks } from "../block.ts";
import { catchUp } from "../index-upkeep/catch-up.ts";
import { embedQuestion } from "../index-upkeep/embed-chunks.ts";
import { findModel, pauseAfter } from "../model-provider.ts";
import { retrieve, type Retrieval } from "../search/retrieve.ts";
import { fallbackNote } from "../summaries/summaries.ts";
import type { AnswerEvent } from "./answer-event.ts";
import { ChipSender, done, keysOf, listRecords, NOTHING, type AnswerTotals } from "./answer-parts.ts";
import { answerFromFacts } from "./computed-answers.ts";
import type { AskScope } from "./scope.ts";
import { tellGenerated } from "./tell-generated.ts";

type Pieces = AsyncGenerator<AnswerEvent, AnswerTotals>;

/**
 * Answers a question for one user: from the database if it is of a computed kind, else from passages this user may open, in a model's words if there is one
 * and it works, otherwise by quoting. Yields events; the caller has sent `meta` and sends nothing after `done`.
 */
export async function* composeAnswer(
  ctx: RequestContext,
  question: string,
  scope: AskScope,
  signal: AbortSignal,
): Pieces {
  const intent = readIntent(question);
  const facts = intent && (await withTransaction(ctx, (ctx) => answerFromFacts(ctx, intent, scope.subject)));
  if (facts && facts.length > 0) return yield* tellFacts(ctx, facts);

  let failure: ModelError | undefined;
  const model = await findModel(ctx.db).catch((error: unknown) => void (failure = pauseAfter(error)));
  await catchUp(ctx, scope.within);
  const found = await retrieve(ctx, {
    question,
    within: scope.within,
    vector: await embedQuestion(ctx, model ?? undefined, question),
  });
  yield { kind: "evidence", found: listRecords(found.passages) };
  if (model && found.passages.length > 0) {
    const told = yield* tellGenerated(ctx, model, question, found, scope, signal);
    if (!(told instanceof ModelError)) return told;
    failure = told;
  }
  return yield* tellExtracted(ctx, found, scope, failure);
}

async function* tellFacts(ctx: RequestContext, facts: readonly FactSentence[]): Pieces {
  const chips = new ChipSender();
  const passages = facts.flatMap(({ evidence }) => evidence.map(({ passage }) => passage));
  yield { kind: "evidence", found: listRecords(passages) };
  for (const { text, evidence } of facts) {
    const numbers = evidence.map(({ passage, quote }) => chips.add(passage, quote));
    yield {
      kind: "claim",
      section: "Answer",
      claim: { text, kind: "fact", evidence: numbers, confidence: "high" },
      evidence: chips.take(),
    };
  }
  yield await done(ctx, LABEL.extracted, facts.length, facts.length, null);
  return { ...NOTHING, engine: "computed", verified: facts.length, total: facts.length, evidence: keysOf(passages) };
}

async function* tellExtracted(
  ctx: RequestContext,
  found: Retrieval,
  scope: AskScope,
  failure: ModelError | undefined,
): Pieces {
  const terms = new Map(found.terms.map(({ lexeme, idf }) => [lexeme, idf]));
  const answer = extractAnswer({ terms, passages: found.passages, now: ctx.now() });
  const chips = withLinks(answer.evidence);
  const sent = new Set<number>();
  for (const { title, claims } of answer.sections) {
    for (const claim of claims) {
      const fresh = chips.filter(({ n }) => claim.evidence.includes(n) && !sent.has(n));
      for (const { n } of fresh) sent.add(n);
      yield { kind: "claim", section: title, claim, evidence: fresh };
    }
  }
  const nothing = answer.note === NO_EVIDENCE ? `${NO_EVIDENCE} in ${scope.words}.` : null;
  const note = [failure ? fallbackNote(failure) : null, nothing].filter((part) => part !== null).join(" ") || null;
  yield await done(ctx, answer.label, chips.length, chips.length, note);
  return {
    ...NOTHING,
    verified: chips.length,
    total: chips.length,
    evidence: keysOf(found.passages),
    failure: failure?.failure ?? null,
  };
}
