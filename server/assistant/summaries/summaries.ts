import { createHash } from "node:crypto";
import { and, eq, sql } from "drizzle-orm";
import { aiRun, aiSummary, aiVisit } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import { ModelError } from "#ai/model-error.ts";
import type { SummaryInput } from "#ai/summary/input.ts";
import { summarise, type Summary } from "#ai/summary/summarise.ts";
import { requireUser, type RequestContext } from "#server/core/context.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { listVisible, refKey } from "#server/core/visibility.ts";
import { readDataVersion, withLinks, type AssistantBlock, type DataVersion } from "../block.ts";
import { findModel, pauseAfter, type AssistantModel } from "../model-provider.ts";
import { generateSummary, recipeOf } from "./generate-summary.ts";
import { loadSummaryInput } from "./load-summary-input.ts";
import type { Subject } from "./subject.ts";

export interface SummaryBlock extends AssistantBlock {
  subject: Subject;
  name: string;
  /** Whether a model could word it better: the screen then offers to ask for that. */
  canGenerate: boolean;
}

interface Loaded {
  input: SummaryInput;
  computed: Summary;
  inputSha: string;
  version: DataVersion;
  stored: typeof aiSummary.$inferSelect | undefined;
}

/** The summary as it is now, without waiting for a model: the stored wording if nothing changed since, else the computed one. @throws NotFoundError */
export async function getSummary(ctx: RequestContext, subject: Subject): Promise<SummaryBlock> {
  requirePermission(ctx, "assistant:use");
  const model = await findModel(ctx.db).catch(() => undefined);
  const loaded = await load(ctx, subject);
  const { stored } = loaded;
  if (stored && stored.inputSha === loaded.inputSha && stored.recipe === recipeOf(model)) {
    const summary = toSummary(stored.content);
    if (await isStillOpen(ctx, summary))
      return toBlock(ctx, subject, loaded, summary, { at: stored.createdAt, seq: stored.dataSeq, canGenerate: false });
  }
  return toBlock(ctx, subject, loaded, loaded.computed, { canGenerate: model !== undefined });
}

/** The one command: writes the summary anew, in a model's words if there is one, and keeps it for this reader. Falls back to the computed one, labelled, with the reason. */
export async function writeSummary(ctx: RequestContext, subject: Subject): Promise<SummaryBlock> {
  requirePermission(ctx, "assistant:use");
  const loaded = await load(ctx, subject);
  const started = Date.now();
  let model: AssistantModel | undefined;
  try {
    model = await findModel(ctx.db);
    if (!model)
      return await keep(ctx, subject, loaded, {
        summary: loaded.computed,
        recipe: recipeOf(undefined),
        engine: "extracted",
        started,
      });
    const { stored, inputSha } = loaded;
    if (stored?.inputSha === inputSha && stored.recipe === recipeOf(model)) return await getSummary(ctx, subject);
    const { summary, dropped, usage } = await generateSummary(model, loaded.input, loaded.computed);
    if (!(await isStillOpen(ctx, summary))) return await getSummary(ctx, subject);
    return await keep(ctx, subject, loaded, {
      summary,
      recipe: recipeOf(model),
      engine: model.capabilities.chatModel,
      started,
      dropped,
      usage,
    });
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const { failure } = pauseAfter(error);
    const block = await keep(ctx, subject, loaded, {
      summary: loaded.computed,
      recipe: recipeOf(undefined),
      engine: "extracted",
      started,
      failure,
    });
    return { ...block, note: fallbackNote(error), canGenerate: true };
  }
}

/** Says why the model's words are missing, in words for people. */
export function fallbackNote({ failure }: ModelError): string {
  const why = {
    timeout: "did not answer in time",
    rate_limited: "is busy",
    unauthorized: "refused the key",
    unreachable: "cannot be reached",
  } as Partial<Record<string, string>>;
  return `The AI model ${why[failure] ?? "gave no usable answer"}; this was put together without it.`;
}

/** Remembers that this person looks at the record. A new visit begins after half an hour away; what it is compared with is the visit before. */
export async function recordVisit(ctx: RequestContext, subject: Subject): Promise<void> {
  const { userId } = requireUser(ctx);
  await withTransaction(ctx, async (ctx) => {
    const visible = await listVisible(ctx, [subject]);
    if (!visible.has(refKey(subject))) return;
    const at = ctx.now();
    await ctx.db
      .insert(aiVisit)
      .values({ workspaceId: ctx.workspaceId, userId, subjectType: subject.type, subjectId: subject.id, seenAt: at })
      .onConflictDoUpdate({
        target: [aiVisit.workspaceId, aiVisit.userId, aiVisit.subjectType, aiVisit.subjectId],
        set: {
          previousAt: sql`case when ai_visit.seen_at < ${at.toISOString()}::timestamptz - interval '30 minutes' then ai_visit.seen_at else ai_visit.previous_at end`,
          seenAt: at,
        },
      });
  });
}

async function load(ctx: RequestContext, subject: Subject): Promise<Loaded> {
  return withTransaction(ctx, async (ctx) => {
    const input = await loadSummaryInput(ctx, subject);
    const computed = summarise(input);
    const [stored] = await ctx.db.select().from(aiSummary).where(ownRow(ctx, subject));
    // The computed summary holds every fact; texts beyond those it quotes count too, for a model may choose others.
    const inputSha = createHash("sha256")
      .update(JSON.stringify([computed.sections, input.texts.map(({ handle, body }) => [handle, body])]))
      .digest("hex");
    return { input, computed, inputSha, version: await readDataVersion(ctx), stored };
  });
}

interface Written {
  summary: Summary;
  recipe: string;
  engine: string;
  started: number;
  dropped?: Record<string, number>;
  usage?: { promptTokens: number; completionTokens: number } | undefined;
  failure?: string;
}

async function keep(ctx: RequestContext, subject: Subject, loaded: Loaded, written: Written): Promise<SummaryBlock> {
  const { userId } = requireUser(ctx);
  const { summary, recipe, started } = written;
  await withTransaction(ctx, async (ctx) => {
    const values = {
      recipe,
      dataSeq: loaded.version.eventSeq,
      inputSha: loaded.inputSha,
      content: { ...summary },
      createdAt: ctx.now(),
    };
    await ctx.db
      .insert(aiSummary)
      .values({ workspaceId: ctx.workspaceId, subjectType: subject.type, subjectId: subject.id, userId, ...values })
      .onConflictDoUpdate({
        target: [aiSummary.workspaceId, aiSummary.subjectType, aiSummary.subjectId, aiSummary.userId],
        set: values,
      });
    await ctx.db.insert(aiRun).values({
      workspaceId: ctx.workspaceId,
      id: newId(),
      userId,
      purpose: "summary",
      engine: written.engine,
      promptVersion: recipe,
      evidence: [...new Set(summary.evidence.map(({ type, id }) => `${type}:${id}`))],
      promptTokens: written.usage?.promptTokens ?? null,
      completionTokens: written.usage?.completionTokens ?? null,
      verified: summary.verified,
      total: summary.total,
      dropped: written.dropped ?? {},
      failure: written.failure ?? null,
      durationMs: Date.now() - started,
      createdAt: ctx.now(),
    });
  });
  return toBlock(ctx, subject, loaded, summary, { canGenerate: false });
}

/** The second gate for a stored text: everything it quotes must still be open to this reader. */
async function isStillOpen(ctx: RequestContext, { evidence }: Summary): Promise<boolean> {
  const visible = await listVisible(ctx, [...evidence]);
  return evidence.every((chip) => visible.has(refKey(chip)));
}

function toBlock(
  ctx: RequestContext,
  subject: Subject,
  { input, version }: Loaded,
  summary: Summary,
  { at, seq, canGenerate }: { at?: Date; seq?: number; canGenerate: boolean },
): SummaryBlock {
  return {
    subject,
    name: input.account?.name ?? input.deals[0]?.name ?? "",
    label: summary.label,
    sections: summary.sections,
    evidence: withLinks(summary.evidence),
    verified: summary.verified,
    total: summary.total,
    note: null,
    generatedAt: (at ?? ctx.now()).toISOString(),
    dataVersion: { ...version, eventSeq: seq ?? version.eventSeq },
    canGenerate,
  };
}

const ownRow = (ctx: RequestContext, subject: Subject) =>
  and(
    eq(aiSummary.workspaceId, ctx.workspaceId),
    eq(aiSummary.userId, requireUser(ctx).userId),
    eq(aiSummary.subjectType, subject.type),
    eq(aiSummary.subjectId, subject.id),
  );

/** Only this module writes the column, and only from a `Summary`. */
function toSummary(stored: Record<string, unknown>): Summary {
  return stored as unknown as Summary;
}
