import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** How the server misbehaves on chat requests; embeddings have their own list. */
export type ChatMode =
  "ok" | "429" | "500" | "401" | "stall" | "cut" | "bad-json" | "bad-sse" | "no-schema" | "text-only";
export type EmbeddingMode = "ok" | "429" | "500" | "stall" | "wrong-dimensions" | "ragged" | "absent";

export interface ChatBody {
  model: string;
  stream?: boolean;
  stream_options?: unknown;
  response_format?: { type: string };
  messages: { role: string; content: string }[];
}

export interface EvidenceInPrompt {
  handle: string;
  record: string;
  title: string;
  text: string;
}

/** What a prompt of the product holds: the task and the evidence it may use. */
export interface PromptInTest {
  task: string;
  evidence: EvidenceInPrompt[];
}

export type Reply = (prompt: PromptInTest, body: ChatBody) => unknown;

export interface OpenAiServer {
  readonly baseUrl: string;
  /** Every chat request body received, oldest first, and every text embedded. */
  readonly chats: ChatBody[];
  readonly embeddedTexts: string[];
  /** Modes for the next chats, one each; afterwards `chatMode`. */
  chatModes: ChatMode[];
  chatMode: ChatMode;
  embeddingMode: EmbeddingMode;
  dims: number;
  retryAfter: string;
  /** Builds the reply; by default an honest answer that quotes the first sentence of each passage. */
  reply: Reply;
  close(): Promise<void>;
}

const PIECE = 24;

/** Answers by quoting: one claim per passage, made of its first line. */
export const honestReply: Reply = ({ evidence }) => ({
  sections: [
    {
      title: "Answer",
      claims: evidence.slice(0, 6).map(({ handle, text }) => {
        const quote = text.split("\n")[0] ?? text;
        return { text: quote.slice(0, 500), kind: "fact", evidence: [{ handle, quote }] };
      }),
    },
  ],
  actions: [],
});

/** Starts a local server that speaks the OpenAI protocol: models, chat completions (streamed or not) and embeddings. */
export async function startOpenAiServer(): Promise<OpenAiServer> {
  const state: Omit<OpenAiServer, "close" | "baseUrl"> = {
    chats: [],
    embeddedTexts: [],
    chatModes: [],
    chatMode: "ok",
    embeddingMode: "ok",
    dims: 64,
    retryAfter: "0.01",
    reply: honestReply,
  };
  const server = createServer((request, response) => {
    void answer(state, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

type State = Omit<OpenAiServer, "close" | "baseUrl">;

async function answer(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = "";
  for await (const piece of request) text += String(piece);
  if (request.url === "/v1/models")
    return json(response, 200, {
      object: "list",
      data: ["tiny-chat", "tiny-embed"].map((id) => ({ id, object: "model" })),
    });
  if (request.url === "/v1/embeddings") return embeddings(state, JSON.parse(text) as { input: string[] }, response);
  if (request.url === "/v1/chat/completions") return chat(state, JSON.parse(text) as ChatBody, response);
  json(response, 404, { error: { message: "unknown path" } });
}

async function chat(state: State, body: ChatBody, response: ServerResponse): Promise<void> {
  state.chats.push(body);
  const mode = state.chatModes.shift() ?? state.chatMode;
  if (refuses(mode, state, response)) return;
  const type = body.response_format?.type;
  if ((mode === "no-schema" && type === "json_schema") || (mode === "text-only" && (type || body.stream_options))) {
    return json(response, 400, { error: { message: "response_format is not supported" } });
  }
  const content =
    mode === "bad-json" ? 'Sure! {"sections": [ {"title": oops' : replyText(state, body, mode === "text-only");
  if (!body.stream)
    return json(response, 200, {
      choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
    });

  response.writeHead(200, { "content-type": "text/event-stream" });
  const send = (delta: unknown, extra: object = {}) =>
    response.write(
      `data: ${JSON.stringify({ id: "c", choices: [{ index: 0, delta, finish_reason: null, ...extra }] })}\n\n`,
    );
  const end = mode === "cut" ? Math.floor(content.length * 0.7) : content.length;
  for (let at = 0; at < end; at += PIECE) {
    send({ content: content.slice(at, Math.min(end, at + PIECE)) });
    if (mode === "bad-sse" && at > content.length / 2) response.write("data: {not json\n\n");
    await new Promise(setImmediate);
  }
  if (mode === "cut") {
    // What was written must leave the machine before the line goes dead.
    setTimeout(() => response.destroy(), 20);
    return;
  }
  send({}, { finish_reason: "stop" });
  if (body.stream_options)
    response.write(
      `data: ${JSON.stringify({ id: "c", choices: [], usage: { prompt_tokens: 100, completion_tokens: 50, total_tokens: 150 } })}\n\n`,
    );
  response.end("data: [DONE]\n\n");
}

function replyText(state: State, body: ChatBody, inProse: boolean): string {
  const user = body.messages.findLast(({ role }) => role === "user")?.content ?? "";
  if (user.includes('{"ok": true}')) return '{"ok": true}';
  const content = JSON.stringify(state.reply(JSON.parse(user) as PromptInTest, body));
  return inProse ? `Here is the answer:\n\`\`\`json\n${content}\n\`\`\`` : content;
}

function embeddings(state: State, body: { input: string[] }, response: ServerResponse): void {
  const mode = state.embeddingMode;
  if (mode === "absent") return json(response, 404, { error: { message: "no such model" } });
  if (mode !== "ok" && mode !== "wrong-dimensions" && mode !== "ragged" && refuses(mode, state, response)) return;
  state.embeddedTexts.push(...body.input);
  const data = body.input.map((text, index) => {
    const dims = state.dims + (mode === "wrong-dimensions" ? 3 : 0) + (mode === "ragged" ? index : 0);
    return { object: "embedding", index, embedding: toVector(text, dims) };
  });
  json(response, 200, { object: "list", data, usage: { prompt_tokens: 1, total_tokens: 1 } });
}

/** A vector that is the same for the same text and near for texts with common words. */
function toVector(text: string, dims: number): number[] {
  const vector = Array.from({ length: dims }, () => 0.001);
  for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? []) {
    let hash = 7;
    for (const character of word) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003;
    vector[hash % dims] = (vector[hash % dims] ?? 0) + 1;
  }
  return vector;
}

function refuses(mode: ChatMode | EmbeddingMode, state: State, response: ServerResponse): boolean {
  if (mode === "429") json(response, 429, { error: { message: "slow down" } }, { "retry-after": state.retryAfter });
  else if (mode === "500") json(response, 500, { error: { message: "broken" } });
  else if (mode === "401") json(response, 401, { error: { message: "bad key" } });
  // Nothing is sent until the client gives up or the server closes.
  return mode === "429" || mode === "500" || mode === "401" || mode === "stall";
}

function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}
