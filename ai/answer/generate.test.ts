import { afterEach, beforeEach, expect, test } from "vitest";
import { startOpenAiServer, type ChatMode, type OpenAiServer } from "#tests/setup/openai-server.ts";
import type { Passage } from "../evidence.ts";
import { ModelError } from "../model-error.ts";
import { connectModel } from "../model.ts";
import { probeCapabilities, type Capabilities } from "../probe.ts";
import { generateAnswer, type GeneratedPiece, type GeneratedTotals } from "./generate.ts";

const passages: Passage[] = [
  "Lee Wong finds 48,200 USD too high.\nMore later.",
  "The board decides on 20 March 2026.",
].map((body, at) => ({
  handle: `h${at}`,
  record: { type: "activity", id: `${at}` },
  label: "Call",
  body,
  facts: [],
  occurredAt: new Date("2026-03-12"),
  isTainted: false,
}));
const capabilities: Capabilities = { chatModel: "tiny-chat", format: "schema", reportsUsage: true };

let openai: OpenAiServer;
beforeEach(async () => void (openai = await startOpenAiServer()));
afterEach(() => openai.close());

const connect = () =>
  connectModel({
    apiKey: "secret-key",
    baseUrl: openai.baseUrl,
    timeouts: { firstMs: 1_500, idleMs: 1_500, totalMs: 8_000 },
  });

async function run(
  over: Partial<Capabilities> = {},
): Promise<{ pieces: GeneratedPiece[]; totals?: GeneratedTotals; error?: ModelError }> {
  const answer = generateAnswer({
    server: connect(),
    capabilities: { ...capabilities, ...over },
    task: "What about the price?",
    now: new Date("2026-03-13"),
    passages,
    sections: [],
    facts: [],
    mayRead: () => true,
  });
  const pieces: GeneratedPiece[] = [];
  try {
    for (;;) {
      const next = await answer.next();
      if (next.done) return { pieces, totals: next.value };
      pieces.push(next.value);
    }
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return { pieces, error };
  }
}

test("A4.9 claims stream out verified, with counts and usage", async () => {
  const { pieces, totals } = await run();
  expect(pieces).toMatchObject([
    { kind: "claim", section: "Answer", claim: { text: "Lee Wong finds 48,200 USD too high." } },
    { kind: "claim" },
  ]);
  expect(totals).toEqual({ verified: 2, total: 2, usage: { promptTokens: 100, completionTokens: 50 } });
});

test.each([
  ["429", "rate_limited", 2],
  ["500", "server_error", 2],
  ["401", "unauthorized", 1],
  ["stall", "timeout", 2],
  ["bad-json", "bad_reply", 1],
] satisfies [ChatMode, string, number][])(
  "A4.9 a server that answers %s ends as %s after %i requests",
  async (mode, failure, requests) => {
    openai.chatMode = mode;
    const { pieces, error } = await run();
    expect({ pieces, failure: error?.failure, requests: openai.chats.length }).toEqual({
      pieces: [],
      failure,
      requests,
    });
    expect(error?.message).not.toContain("secret-key");
  },
);

test("one failure before the first piece is retried, after the wait the server asked for", async () => {
  openai.chatModes = ["429"];
  expect((await run()).totals?.verified).toBe(2);
  openai.chatModes = ["429"];
  openai.retryAfter = "60";
  expect((await run()).error?.retryAfterMs).toBe(60_000);
});

test("A4.9 a reply cut off half-way keeps what was verified and says so", async () => {
  for (const mode of ["cut", "bad-sse"] as const) {
    openai.chatMode = mode;
    const { pieces, totals } = await run();
    expect(pieces.filter(({ kind }) => kind === "claim")).toHaveLength(1);
    expect(totals?.interrupted).toBeInstanceOf(ModelError);
  }
});

test("A4.3 invented quotations, handles, numbers and hosts are dropped and counted", async () => {
  openai.reply = ({ evidence: [first, second] }) => {
    const claim = (text: string, handle: string | undefined, quote: string) => ({
      text,
      kind: "fact",
      evidence: [{ handle, quote }],
    });
    const quote = "Lee Wong finds 48,200 USD too high.";
    const claims = [
      claim("Lee finds 48,200 USD too high.", first?.handle, quote),
      claim("Lee finds 84,200 USD too high.", first?.handle, quote),
      claim("Lee accepts the price.", first?.handle, "Lee Wong accepts the price."),
      claim("Lee finds it too high.", second?.handle, quote),
      claim("Lee finds it too high.", "h99", quote),
      claim("Lee finds it too high, see http://evil.test/?q=48", first?.handle, quote),
    ];
    return { sections: [{ title: "Answer", claims }], actions: [] };
  };
  const { pieces, totals } = await run();
  expect(pieces.map((piece) => (piece.kind === "dropped" ? piece.check : "ok"))).toEqual([
    "ok",
    "V4",
    "V3",
    "V3",
    "V2",
    "V7",
  ]);
  expect(totals).toMatchObject({ verified: 1, total: 6 });
});

test("probing finds names, format, usage and vector length; weaker servers get weaker requests", async () => {
  expect(await probeCapabilities(connect(), {})).toEqual({
    ...capabilities,
    embedding: { model: "tiny-embed", dims: 64 },
  });
  openai.chatMode = "no-schema";
  openai.embeddingMode = "absent";
  expect(await probeCapabilities(connect(), { chatModel: "mine" })).toEqual({
    chatModel: "mine",
    format: "json",
    reportsUsage: false,
  });
  openai.chatMode = "text-only";
  expect(await probeCapabilities(connect(), {})).toMatchObject({ format: "text" });
  expect((await run({ format: "text", reportsUsage: false })).totals?.verified).toBe(2);
});

test("vectors of different lengths or counts are refused", async () => {
  openai.embeddingMode = "ragged";
  await expect(connect().embed({ model: "tiny-embed", texts: ["a", "b"] })).rejects.toMatchObject({
    failure: "bad_reply",
  });
  openai.embeddingMode = "stall";
  await expect(connect().embed({ model: "tiny-embed", texts: ["a"] })).rejects.toMatchObject({ failure: "timeout" });
});

test("a server that cannot be reached is unreachable, a cancelled request is cancelled", async () => {
  const server = connectModel({ baseUrl: "http://127.0.0.1:9/v1" });
  await expect(server.listModels()).rejects.toMatchObject({ failure: "unreachable" });
  const abort = new AbortController();
  openai.chatMode = "stall";
  const stream = connect().streamChat({
    model: "m",
    messages: [],
    format: "text",
    maxTokens: 1,
    askUsage: false,
    signal: abort.signal,
  });
  const first = stream.next();
  abort.abort();
  await expect(first).rejects.toMatchObject({ failure: "cancelled" });
});
