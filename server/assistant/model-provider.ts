import { createHash } from "node:crypto";
import { and, eq, ne } from "drizzle-orm";
import type { Database } from "#db/client.ts";
import { aiModel } from "#db/schema/index.ts";
import { ModelError } from "#ai/model-error.ts";
import { connectModel, type ModelServer, type ModelSettings } from "#ai/model.ts";
import { probeCapabilities, type Capabilities, type ModelChoice } from "#ai/probe.ts";
import { log } from "#server/core/log.ts";
import { withSystemTransaction } from "#server/core/transaction.ts";

export interface AssistantModelSettings extends ModelSettings, ModelChoice {
  /** After a failure the server is left alone this long; questions are answered without it at once. */
  pauseMs?: number;
}

export interface AssistantModel {
  server: ModelServer;
  capabilities: Capabilities;
}

interface Provider {
  settings: AssistantModelSettings;
  server: ModelServer;
  capabilities: Promise<Capabilities> | undefined;
  pausedUntil: number;
  lastError: ModelError | undefined;
}

const PAUSE_MS = 15_000;
let provider: Provider | undefined;

/** The process has one model server or none; the entry sets it before the first request. */
export function useAssistantModel(settings: AssistantModelSettings | undefined): void {
  provider = settings && {
    settings,
    server: connectModel(settings),
    capabilities: undefined,
    pausedUntil: 0,
    lastError: undefined,
  };
}

export const isModelConfigured = (): boolean => provider !== undefined;

/** The configured model server with what it can do, or undefined without one. @throws ModelError while it is down or paused. */
export async function findModel(db: Database): Promise<AssistantModel | undefined> {
  const current = provider;
  if (!current) return undefined;
  if (Date.now() < current.pausedUntil)
    throw current.lastError ?? new ModelError("unreachable", "the model server is left alone for a moment");
  try {
    current.capabilities ??= readCapabilities(db, current);
    return { server: current.server, capabilities: await current.capabilities };
  } catch (error) {
    current.capabilities = undefined;
    throw pauseAfter(error);
  }
}

/** Remembers a failure, so that the next questions do not wait for a server that is down. Returns it as a ModelError. */
export function pauseAfter(error: unknown): ModelError {
  const failure =
    error instanceof ModelError ? error : new ModelError("bad_reply", "the model server could not be used");
  if (provider && Date.now() < provider.pausedUntil) return failure;
  if (provider && failure.failure !== "cancelled" && failure.failure !== "bad_reply") {
    const pauseMs = failure.retryAfterMs ?? provider.settings.pauseMs ?? PAUSE_MS;
    provider.pausedUntil = Date.now() + pauseMs;
    provider.lastError = failure;
  }
  log.warn({ failure: failure.failure, message: failure.message }, "model server failed");
  return failure;
}

/** Stored once per server and choice of models; probed when nothing is stored. */
async function readCapabilities(db: Database, { settings, server }: Provider): Promise<Capabilities> {
  const name = `chat:${keyOf(settings)}`;
  const [stored] = await withSystemTransaction(db, (tx) => tx.select().from(aiModel).where(eq(aiModel.name, name)));
  if (stored?.capabilities) return toCapabilities(stored.capabilities);
  const capabilities = await probeCapabilities(server, settings);
  await withSystemTransaction(db, async (tx) => {
    await tx
      .insert(aiModel)
      .values({ kind: "chat", name, dims: 0, status: "active", capabilities: { ...capabilities } })
      .onConflictDoUpdate({ target: aiModel.name, set: { capabilities: { ...capabilities } } });
    if (capabilities.embedding) await registerEmbedding(tx, keyOf(settings), capabilities.embedding);
  });
  return capabilities;
}

/** A new embedding model starts as `building`; it answers questions only once every chunk has its vector. */
async function registerEmbedding(
  tx: Database,
  key: string,
  { model, dims }: { model: string; dims: number },
): Promise<void> {
  const name = `embedding:${model}:${dims}:${key}`;
  await tx.insert(aiModel).values({ kind: "embedding", name, dims, status: "building" }).onConflictDoNothing();
  await tx
    .update(aiModel)
    .set({ status: "retired" })
    .where(and(eq(aiModel.kind, "embedding"), ne(aiModel.name, name)));
  await tx
    .update(aiModel)
    .set({ status: "building" })
    .where(and(eq(aiModel.name, name), eq(aiModel.status, "retired")));
}

/** Names server and models without giving away the key. */
function keyOf({ baseUrl, chatModel, embeddingModel }: AssistantModelSettings): string {
  return createHash("sha256")
    .update([baseUrl ?? "", chatModel ?? "", embeddingModel ?? ""].join("\n"))
    .digest("hex")
    .slice(0, 16);
}

/** Only this module writes the column, and only from a `Capabilities`. */
function toCapabilities(stored: Record<string, unknown>): Capabilities {
  return stored as unknown as Capabilities;
}
