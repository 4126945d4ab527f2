import { ModelError } from "./model-error.ts";
import type { ModelServer, ReplyFormat } from "./model.ts";

/** What the configured server turned out to be able to do; found once and stored. */
export interface Capabilities {
  readonly chatModel: string;
  readonly format: ReplyFormat;
  readonly reportsUsage: boolean;
  /** Absent when the server offers no embeddings: the hashed embedding serves instead. */
  readonly embedding?: { readonly model: string; readonly dims: number };
}

export interface ModelChoice {
  readonly chatModel?: string | undefined;
  readonly embeddingModel?: string | undefined;
}

const OPENAI_DEFAULTS = { chatModel: "gpt-4.1-mini", embeddingModel: "text-embedding-3-small" } as const;
const NO_CHAT = /embed|rerank|whisper|tts|transcrib|dall|image|moderation|realtime|audio|davinci|babbage/i;
const TRIAL = {
  name: "trial",
  schema: { type: "object", properties: { ok: { type: "boolean" } }, required: ["ok"], additionalProperties: false },
};

/**
 * Asks the server what it has: names of models unless they are set, the strictest reply format it accepts, usage in streams, vector length.
 * Costs at most four tiny chats and one embedding. @throws ModelError when there is no usable chat model.
 */
export async function probeCapabilities(server: ModelServer, choice: ModelChoice): Promise<Capabilities> {
  const names = choice.chatModel && choice.embeddingModel ? [] : await server.listModels().catch(() => []);
  const chatModel = choice.chatModel ?? pickChatModel(names);
  if (!chatModel) throw new ModelError("rejected", "the model server lists no chat model; name one in the settings");
  const chat = await probeFormat(server, chatModel);
  const embedding = await probeEmbedding(server, choice.embeddingModel ?? pickEmbeddingModel(names));
  return { chatModel, ...chat, ...(embedding ? { embedding } : {}) };
}

function pickChatModel(names: readonly string[]): string | undefined {
  if (names.includes(OPENAI_DEFAULTS.chatModel)) return OPENAI_DEFAULTS.chatModel;
  return [...names].filter((name) => !NO_CHAT.test(name)).sort()[0];
}

function pickEmbeddingModel(names: readonly string[]): string | undefined {
  if (names.includes(OPENAI_DEFAULTS.embeddingModel)) return OPENAI_DEFAULTS.embeddingModel;
  return [...names].filter((name) => /embed/i.test(name)).sort()[0];
}

/** Tries formats from strict to loose. A server that rejects a request for its options is asked for less; any other failure is passed on. */
async function probeFormat(
  server: ModelServer,
  chatModel: string,
): Promise<{ format: ReplyFormat; reportsUsage: boolean }> {
  const attempts: readonly { format: ReplyFormat; askUsage: boolean }[] = [
    { format: "schema", askUsage: true },
    { format: "schema", askUsage: false },
    { format: "json", askUsage: false },
    { format: "text", askUsage: false },
  ];
  let rejection: ModelError | undefined;
  for (const { format, askUsage } of attempts) {
    try {
      const { text, hasUsage } = await tryChat(server, chatModel, format, askUsage);
      if (format !== "text" && !isTrialReply(text)) continue;
      return { format, reportsUsage: askUsage && hasUsage };
    } catch (error) {
      if (!(error instanceof ModelError) || error.failure !== "rejected") throw error;
      rejection = error;
    }
  }
  throw rejection ?? new ModelError("bad_reply", "the model server gave no usable reply");
}

async function tryChat(
  server: ModelServer,
  model: string,
  format: ReplyFormat,
  askUsage: boolean,
): Promise<{ text: string; hasUsage: boolean }> {
  const messages = [{ role: "user" as const, content: 'Answer with this JSON object and nothing else: {"ok": true}' }];
  const stream = server.streamChat({ model, messages, format, schema: TRIAL, maxTokens: 200, askUsage });
  let text = "";
  for (;;) {
    const { value, done } = await stream.next();
    if (done) return { text, hasUsage: value !== undefined };
    text += value;
  }
}

function isTrialReply(text: string): boolean {
  try {
    const reply: unknown = JSON.parse(text);
    return typeof reply === "object" && reply !== null && "ok" in reply;
  } catch {
    return false;
  }
}

async function probeEmbedding(server: ModelServer, model: string | undefined): Promise<Capabilities["embedding"]> {
  if (!model) return undefined;
  try {
    const [vector] = await server.embed({ model, texts: ["probe"] });
    return vector ? { model, dims: vector.length } : undefined;
  } catch (error) {
    if (error instanceof ModelError && error.failure === "rejected") return undefined;
    throw error;
  }
}
