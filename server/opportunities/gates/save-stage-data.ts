import { z } from "zod";
import { APPROVAL_STATES, opportunity, type StageData, type StageField } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { ForbiddenError, InvalidInputError } from "#server/core/errors.ts";
import { changedFields, emitEvent } from "#server/core/events.ts";
import { hasPermission, requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { updateVersioned } from "#server/core/versioned.ts";
import { lockOpportunity, type Opportunity } from "../rows.ts";
import { loadPipeline } from "./evaluate.ts";

export const SaveStageDataInput = z.strictObject({
  opportunityId: z.uuid(),
  version: z.number().int().min(1),
  /** By the key of the field; null empties it. Fields that are not named stay. */
  values: z.record(z.string().max(60), z.union([z.string().max(10_000), z.number(), z.null()])),
});

/**
 * Writes what the stages ask to be known of the deal.
 * @throws NotFoundError; StaleWriteError; InvalidInputError naming the field; ForbiddenError for an approval by who may not give it
 */
export async function saveStageData(ctx: RequestContext, input: z.infer<typeof SaveStageDataInput>): Promise<void> {
  requirePermission(ctx, "opportunity:write");
  await withTransaction(ctx, async (ctx) => {
    const deal = await lockOpportunity(ctx, input.opportunityId);
    const { stages } = await loadPipeline(ctx, deal.pipelineId);
    const fields = new Map(stages.flatMap((stage) => stage.fields).map((field) => [field.key, field]));
    const next: StageData = { ...deal.stageData };
    for (const [key, raw] of Object.entries(input.values)) {
      const field = fields.get(key);
      if (!field) throw new InvalidInputError("This pipeline has no such field", { [key]: "unknown" });
      const value = readValue(field, raw);
      if (value === null) delete next[key];
      else next[key] = value;
      if (next[key] !== deal.stageData[key]) requireApprover(ctx, field, deal.stageData[key], next[key]);
    }
    const done = await updateVersioned<Opportunity>(ctx, {
      table: opportunity,
      recordType: "Opportunity",
      id: deal.id,
      version: input.version,
      changes: { stageData: next },
    });
    if (Object.keys(done.changes).length === 0) return;
    const cleared = Object.fromEntries(Object.keys(deal.stageData).map((key) => [key, null]));
    await emitEvent(ctx, {
      type: "opportunity.updated",
      subject: { type: "opportunity", id: deal.id },
      changes: changedFields<Record<string, unknown>>(deal.stageData, { ...cleared, ...next }),
      data: { accountId: deal.accountId },
    });
  });
}

/** Giving an approval, refusing it and taking either back are a manager's. */
function requireApprover(ctx: RequestContext, field: StageField, before: unknown, after: unknown): void {
  const isRuled = [before, after].some((state) => state === "approved" || state === "refused");
  if (field.type === "approval" && isRuled && !hasPermission(ctx, "opportunity:approve"))
    throw new ForbiddenError(`${field.label}: a manager decides on this`, {
      permission: "opportunity:approve",
      fields: { [field.key]: "A manager decides on this" },
    });
}

/** @throws InvalidInputError naming the field */
function readValue(field: StageField, raw: string | number | null): string | number | null {
  const value = typeof raw === "string" ? raw.trim() : raw;
  if (value === null || value === "") return null;
  const wrong = (what: string): never => {
    throw new InvalidInputError(`${field.label}: ${what}`, { [field.key]: what }, "stage_field");
  };
  switch (field.type) {
    case "text":
      return String(value);
    case "choice":
      return field.options?.includes(String(value)) ? value : wrong(`one of ${(field.options ?? []).join(", ")}`);
    case "yesno":
      return value === "yes" || value === "no" ? value : wrong("yes or no");
    case "approval":
      return (APPROVAL_STATES as readonly unknown[]).includes(value) ? value : wrong("no such state");
    case "date":
      return z.iso.date().safeParse(value).success ? value : wrong("a day, such as 2027-01-31");
    case "money":
      return typeof value === "number" && Number.isSafeInteger(value) && value >= 0
        ? value
        : wrong("an amount in cents");
    case "number":
      return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : wrong("a number");
    case "link":
      return isWebAddress(String(value)) ? value : wrong("an address that starts with https://");
  }
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && ["https:", "http:"].includes(new URL(text).protocol);
}

/** Answers that raise a flag, in the order of the stages. */
export function riskFlags(fields: readonly StageField[], data: StageData): { key: string; label: string }[] {
  return fields
    .filter(({ key, riskValues }) => riskValues?.includes(String(data[key] ?? "")))
    .map(({ key, label }) => ({ key, label: `${label}: ${String(data[key])}` }));
}
