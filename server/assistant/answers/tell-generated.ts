import { generateAnswer } from "#ai/answer/generate.ts";
import type { Passage } from "#ai/evidence.ts";
import { LABEL, NO_EVIDENCE } from "#ai/labels.ts";
import { ModelError } from "#ai/model-error.ts";
import type { RequestContext } from "#server/core/context.ts";
import { listVisible, refKey } from "#server/core/visibility.ts";
import { withRandomHandles } from "../handles.ts";
import { pauseAfter, type AssistantModel } from "../model-provider.ts";
import type { Retrieval } from "../search/retrieve.ts";
import type { AnswerEvent } from "./answer-event.ts";
import { ChipSender, done, keysOf, type AnswerTotals } from "./answer-parts.ts";
import type { AskScope } from "./scope.ts";

/** How long the answer of the second gate may be relied on while a model is writing. */
const GATE_MS = 1_000;

/** Ends with the totals, or with the error if the model gave nothing that may be shown. */
export async function* tellGenerated(
  ctx: RequestContext,
  model: AssistantModel,
  question: string,
  found: Retrieval,
  scope: AskScope,
  signal: AbortSignal,
): AsyncGenerator<AnswerEvent, AnswerTotals | ModelError> {
  const passages = withRandomHandles(found.passages);
  const chips = new ChipSender();
  const gate = new Gate(ctx, passages);
  const dropped: Record<string, number> = {};
  let shown = 0;
  try {
    const stream = generateAnswer({
      ...model,
      task: question,
      now: ctx.now(),
      passages,
      sections: [],
      facts: [],
      mayRead: (passage) => gate.mayRead(passage),
      signal,
    });
    for (;;) {
      const next = await stream.next();
      if (next.done) {
        const { total, usage, interrupted } = next.value;
        // Nothing that can be shown is no answer: say what the texts say instead.
        if (shown === 0 && total > 0) return new ModelError("bad_reply", "no statement of the model could be verified");
        if (usage) yield { kind: "usage", ...usage };
        const note = interrupted
          ? "The AI model stopped half-way; what is shown was verified."
          : shown === 0
            ? `${NO_EVIDENCE} in ${scope.words}.`
            : null;
        yield await done(ctx, LABEL.generated(model.capabilities.chatModel, shown, total), shown, total, note);
        return {
          engine: model.capabilities.chatModel,
          verified: shown,
          total,
          dropped,
          evidence: keysOf(passages),
          failure: interrupted?.failure ?? null,
          usage: usage ?? null,
        };
      }
      await gate.refresh();
      const piece = next.value;
      const check =
        piece.kind === "dropped"
          ? piece.check
          : piece.claim.evidence.every(({ passage }) => gate.mayRead(passage))
            ? undefined
            : "V5";
      if (check !== undefined) {
        dropped[check] = (dropped[check] ?? 0) + 1;
        yield { kind: "dropped", check };
      } else if (piece.kind === "claim") {
        const { text, kind, confidence, evidence } = piece.claim;
        const numbers = evidence.map(({ passage, quote }) => chips.add(passage, quote));
        shown += 1;
        yield {
          kind: "claim",
          section: piece.section,
          claim: { text, kind, confidence, evidence: numbers },
          evidence: chips.take(),
        };
      }
    }
  } catch (error) {
    return pauseAfter(error);
  }
}

/** The second permission gate while a model writes: asked again every second, because rights may end in between. */
class Gate {
  private open = new Set<string>();
  private askedAt = 0;

  constructor(
    private readonly ctx: RequestContext,
    private readonly passages: readonly Passage[],
  ) {
    // `retrieve` has just asked.
    this.open = new Set(passages.map(({ record }) => refKey(record)));
    this.askedAt = Date.now();
  }

  mayRead(passage: Passage): boolean {
    return this.open.has(refKey(passage.record));
  }

  async refresh(): Promise<void> {
    if (Date.now() - this.askedAt < GATE_MS) return;
    this.open = await listVisible(
      this.ctx,
      this.passages.map(({ record }) => record),
    );
    this.askedAt = Date.now();
  }
}
