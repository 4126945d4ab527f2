import OpenAI from "openai";
import { ModelError } from "./model-error.ts";

/** How the configured server can be told to answer in JSON: by a strict schema, in JSON at all, or only by asking for it. */
export type ReplyFormat = "schema" | "json" | "text";

export interface ModelTimeouts {
  /** Until the first piece of a reply. */
  readonly firstMs: number;
  /** Between two pieces. */
  readonly idleMs: number;
  readonly totalMs: number;
}

export interface ModelSettings {
  readonly apiKey?: string | undefined;
  /** Any server that speaks the OpenAI protocol; without it OpenAI itself. */
  readonly baseUrl?: string | undefined;
  readonly timeouts?: Partial<ModelTimeouts>;
}

export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly { role: "system" | "user" | "assistant"; content: string }[];
  readonly format: ReplyFormat;
  readonly schema?: { name: string; schema: Record<string, unknown> };
  readonly maxTokens: number;
  readonly askUsage: boolean;
  readonly signal?: AbortSignal;
}

export interface TokenUsage {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** A model server. Every method throws only `ModelError`; none retries. */
export interface ModelServer {
  /** Yields the reply in pieces and returns the reported usage, if the server reports any. */
  streamChat(request: ChatRequest): AsyncGenerator<string, TokenUsage | undefined>;
  /** One vector per text, all of one length. */
  embed(request: { model: string; texts: readonly string[]; signal?: AbortSignal }): Promise<number[][]>;
  listModels(): Promise<string[]>;
}

const TIMEOUTS: ModelTimeouts = { firstMs: 20_000, idleMs: 10_000, totalMs: 90_000 };

/** Connects to the configured model server. The only place in the product that speaks to one. */
export function connectModel(settings: ModelSettings): ModelServer {
  const timeouts = { ...TIMEOUTS, ...settings.timeouts };
  const client = new OpenAI({
    // Local servers need no key, but the client insists on one.
    apiKey: settings.apiKey || "none",
    ...(settings.baseUrl ? { baseURL: settings.baseUrl } : {}),
    maxRetries: 0,
    timeout: timeouts.totalMs,
    // The client would print pieces of replies on errors; failures are reported as ModelError instead.
    logLevel: "off",
  });
  return {
    streamChat: (request) => streamChat(client, timeouts, request),
    embed: (request) => embed(client, timeouts, request),
    listModels: () =>
      withDeadline(timeouts.firstMs, undefined, async (signal) =>
        (await client.models.list({ signal })).data.map(({ id }) => id),
      ),
  };
}

async function* streamChat(
  client: OpenAI,
  timeouts: ModelTimeouts,
  request: ChatRequest,
): AsyncGenerator<string, TokenUsage | undefined> {
  const abort = new AbortController();
  const forward = () => abort.abort(new ModelError("cancelled", "the request was cancelled"));
  request.signal?.addEventListener("abort", forward, { once: true });
  if (request.signal?.aborted) forward();
  const expire = (what: string) =>
    abort.abort(new ModelError("timeout", `the model server sent nothing for too long (${what})`));
  const total = setTimeout(expire, timeouts.totalMs, "whole reply");
  let idle = setTimeout(expire, timeouts.firstMs, "first piece");

  let usage: TokenUsage | undefined;
  let finish: string | null = null;
  try {
    const stream = await client.chat.completions.create(toParams(request), { signal: abort.signal });
    for await (const chunk of stream) {
      clearTimeout(idle);
      idle = setTimeout(expire, timeouts.idleMs, "next piece");
      if (chunk.usage)
        usage = { promptTokens: chunk.usage.prompt_tokens, completionTokens: chunk.usage.completion_tokens };
      const choice = chunk.choices?.[0];
      finish = choice?.finish_reason ?? finish;
      if (choice?.delta?.content) yield choice.delta.content;
    }
    // The client ends its loop quietly when it is aborted or the server hangs up in good order.
    abort.signal.throwIfAborted();
    if (finish === null) throw new ModelError("cut_off", "the reply ended without a finish");
    if (finish === "length") throw new ModelError("cut_off", "the reply was longer than allowed");
    if (finish === "content_filter") throw new ModelError("rejected", "the model server withheld the reply");
    return usage;
  } catch (error) {
    throw toModelError(abort.signal.aborted ? abort.signal.reason : error);
  } finally {
    clearTimeout(total);
    clearTimeout(idle);
    request.signal?.removeEventListener("abort", forward);
    abort.abort();
  }
}

function toParams(request: ChatRequest): OpenAI.ChatCompletionCreateParamsStreaming {
  return {
    model: request.model,
    messages: request.messages.map(({ role, content }) => ({ role, content })),
    max_completion_tokens: request.maxTokens,
    stream: true,
    ...(request.askUsage ? { stream_options: { include_usage: true } } : {}),
    ...toResponseFormat(request),
  };
}

function toResponseFormat({ format, schema }: ChatRequest): Pick<OpenAI.ChatCompletionCreateParams, "response_format"> {
  if (format === "schema" && schema)
    return { response_format: { type: "json_schema", json_schema: { ...schema, strict: true } } };
  return format === "text" ? {} : { response_format: { type: "json_object" } };
}

async function embed(
  client: OpenAI,
  timeouts: ModelTimeouts,
  request: { model: string; texts: readonly string[]; signal?: AbortSignal },
): Promise<number[][]> {
  const reply = await withDeadline(timeouts.firstMs, request.signal, (signal) =>
    client.embeddings.create({ model: request.model, input: [...request.texts], encoding_format: "float" }, { signal }),
  );
  const vectors = [...(reply.data ?? [])].sort((a, b) => a.index - b.index).map(({ embedding }) => embedding);
  const dims = vectors[0]?.length ?? 0;
  const isSound =
    vectors.length === request.texts.length &&
    dims > 0 &&
    vectors.every((vector) => vector.length === dims && vector.every(Number.isFinite));
  if (!isSound)
    throw new ModelError(
      "bad_reply",
      `${vectors.length} vectors for ${request.texts.length} texts, or of different lengths`,
    );
  return vectors;
}

async function withDeadline<T>(
  ms: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = AbortSignal.timeout(ms);
  try {
    return await work(outer ? AbortSignal.any([deadline, outer]) : deadline);
  } catch (error) {
    if (outer?.aborted) throw new ModelError("cancelled", "the request was cancelled");
    throw deadline.aborted ? new ModelError("timeout", `no reply within ${ms} ms`) : toModelError(error);
  }
}

/** Translates whatever the client throws. The message never contains the key or the text of the request. */
function toModelError(error: unknown): ModelError {
  if (error instanceof ModelError) return error;
  if (error instanceof OpenAI.APIConnectionTimeoutError)
    return new ModelError("timeout", "the model server did not answer in time");
  if (error instanceof OpenAI.APIUserAbortError) return new ModelError("cancelled", "the request was cancelled");
  if (error instanceof OpenAI.APIConnectionError)
    return new ModelError("unreachable", "the model server cannot be reached");
  if (error instanceof OpenAI.APIError) {
    const status: number = error.status ?? 0;
    if (status === 429)
      return new ModelError("rate_limited", "the model server asks to wait", readRetryAfter(error.headers));
    if (status === 401 || status === 403)
      return new ModelError("unauthorized", `the model server refused the key (${status})`);
    if (status >= 500)
      return new ModelError("server_error", `the model server failed (${status})`, readRetryAfter(error.headers));
    return status === 0
      ? new ModelError("server_error", "the model server reported an error in its stream")
      : new ModelError("rejected", `the model server rejected the request (${status})`);
  }
  if (error instanceof SyntaxError)
    return new ModelError("bad_reply", "the model server sent something that is not JSON");
  return new ModelError("cut_off", "the connection to the model server broke");
}

/** Seconds or an HTTP date; anything else counts as absent. */
function readRetryAfter(headers: Headers | undefined): number | undefined {
  const value = headers?.get("retry-after");
  if (!value) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined;
}
