import { ANSWER_JSON_SCHEMA } from "../contract.ts";
import { ModelError } from "../model-error.ts";
import type { ModelServer, TokenUsage } from "../model.ts";
import type { Capabilities } from "../probe.ts";
import { verifyClaim, type Check, type VerifiedClaim, type VerifyContext } from "../verify/verify-claim.ts";
import { ClaimReader } from "./claim-reader.ts";
import { writePrompt, type PromptInput } from "./prompt.ts";

export type GeneratedPiece =
  | { readonly kind: "claim"; readonly section: string; readonly claim: VerifiedClaim }
  | { readonly kind: "dropped"; readonly check: Check; readonly reason: string };

export interface GeneratedTotals {
  readonly verified: number;
  readonly total: number;
  readonly usage: TokenUsage | undefined;
  /** Set when the model stopped half-way; what was yielded before it is verified and stands. */
  readonly interrupted?: ModelError;
}

export interface GenerateRequest extends PromptInput {
  readonly server: ModelServer;
  readonly capabilities: Capabilities;
  readonly facts: readonly string[];
  readonly mayRead: VerifyContext["mayRead"];
  readonly signal?: AbortSignal;
  readonly wait?: (ms: number) => Promise<void>;
}

const MOST_TOKENS = 2_000;
const LONGEST_WAIT_MS = 5_000;
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * Lets the model answer and yields each claim as soon as its last character has arrived and all checks have passed; a refused one is yielded as `dropped`.
 * Tries once more if the server fails before the first piece. Returns totals. @throws ModelError when nothing usable came: the caller then answers without a model.
 */
export async function* generateAnswer(request: GenerateRequest): AsyncGenerator<GeneratedPiece, GeneratedTotals> {
  let attempt = 0;
  for (;;) {
    attempt += 1;
    const reply = readReply(request);
    let yielded = 0;
    try {
      for (;;) {
        const next = await reply.next();
        if (next.done) return next.value;
        yielded += 1;
        yield next.value;
      }
    } catch (error) {
      if (!(error instanceof ModelError) || yielded > 0 || attempt > 1 || !error.isRetryable) throw error;
      const waitMs = error.retryAfterMs ?? 250;
      if (waitMs > LONGEST_WAIT_MS) throw error;
      await (request.wait ?? sleep)(waitMs);
    }
  }
}

/** One attempt. Throws if nothing was yielded, otherwise ends with `interrupted`. */
async function* readReply(request: GenerateRequest): AsyncGenerator<GeneratedPiece, GeneratedTotals> {
  const context: VerifyContext = {
    passages: new Map(request.passages.map((passage) => [passage.handle, passage])),
    facts: request.facts,
    mayRead: request.mayRead,
  };
  const reader = new ClaimReader();
  const stream = startChat(request);
  let verified = 0;
  let total = 0;
  let usage: TokenUsage | undefined;
  try {
    for (;;) {
      const next = await stream.next();
      if (next.done) {
        usage = next.value;
        break;
      }
      for (const piece of reader.push(next.value)) {
        if (piece.kind !== "claim") continue;
        total += 1;
        const verdict = verifyClaim(piece.value, context);
        if (verdict.ok) verified += 1;
        yield verdict.ok
          ? { kind: "claim", section: piece.section, claim: verdict.claim }
          : { kind: "dropped", check: verdict.check, reason: verdict.reason };
      }
    }
    if (!reader.isComplete) throw new ModelError("bad_reply", "the reply is not the agreed JSON");
    return { verified, total, usage };
  } catch (error) {
    const failure = error instanceof ModelError ? error : new ModelError("bad_reply", "the reply could not be read");
    if (total === 0) throw failure;
    return { verified, total, usage, interrupted: failure };
  } finally {
    await stream.return(undefined);
  }
}

function startChat({ server, capabilities, signal, ...input }: GenerateRequest): ReturnType<ModelServer["streamChat"]> {
  return server.streamChat({
    model: capabilities.chatModel,
    messages: writePrompt(input),
    format: capabilities.format,
    schema: { name: "answer", schema: ANSWER_JSON_SCHEMA },
    maxTokens: MOST_TOKENS,
    askUsage: capabilities.reportsUsage,
    ...(signal ? { signal } : {}),
  });
}
