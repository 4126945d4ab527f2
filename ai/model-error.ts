/** What went wrong with the model server. Every kind leads to the labelled answer without a model; the kind is for the log and the retry. */
export type ModelFailure =
  | "unreachable"
  | "timeout"
  | "rate_limited"
  | "server_error"
  | "rejected"
  | "unauthorized"
  | "cut_off"
  | "bad_reply"
  | "cancelled";

const RETRYABLE: ReadonlySet<ModelFailure> = new Set([
  "unreachable",
  "timeout",
  "rate_limited",
  "server_error",
  "cut_off",
]);

export class ModelError extends Error {
  override readonly name = "ModelError";

  constructor(
    readonly failure: ModelFailure,
    message: string,
    /** How long the server asked to be left alone. */
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }

  /** Claims that the same request may succeed a little later. */
  get isRetryable(): boolean {
    return RETRYABLE.has(this.failure);
  }
}
