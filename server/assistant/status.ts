import { sql } from "drizzle-orm";
import type { RequestContext } from "#server/core/context.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { readDataVersion, type DataVersion } from "./block.ts";
import { findModel, isModelConfigured } from "./model-provider.ts";
import { fallbackNote } from "./summaries/summaries.ts";
import { ModelError } from "#ai/model-error.ts";

export interface AssistantStatus {
  index: DataVersion & { chunks: number };
  /** `none`: not configured; `down`: configured and not usable at the moment. */
  model: { state: "none" | "ready" | "down"; name: string | null; note: string | null };
}

/** "Indexed to hh:mm, n pending", and which engine answers now. */
export async function getStatus(ctx: RequestContext): Promise<AssistantStatus> {
  requirePermission(ctx, "assistant:use");
  const index = await withTransaction(ctx, async (ctx) => {
    const [row] = await ctx.db.execute<{ chunks: number }>(
      sql`select chunks from ai_stat where workspace_id = ${ctx.workspaceId}`,
    );
    return { ...(await readDataVersion(ctx)), chunks: Number(row?.chunks ?? 0) };
  });
  return { index, model: await readModel(ctx) };
}

async function readModel(ctx: RequestContext): Promise<AssistantStatus["model"]> {
  if (!isModelConfigured()) return { state: "none", name: null, note: null };
  try {
    const model = await findModel(ctx.db);
    return { state: "ready", name: model?.capabilities.chatModel ?? null, note: null };
  } catch (error) {
    const note = error instanceof ModelError ? fallbackNote(error) : null;
    return { state: "down", name: null, note };
  }
}
