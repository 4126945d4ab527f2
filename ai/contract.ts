import { z } from "zod";

/** How sure we are of a claim: the share of its content words that its evidence contains, in three words. */
export const CONFIDENCES = ["high", "medium", "low"] as const;
export type Confidence = (typeof CONFIDENCES)[number];
export const CLAIM_KINDS = ["fact", "inference", "advice"] as const;
export type ClaimKind = (typeof CLAIM_KINDS)[number];

// Control characters and direction overrides can hide or reorder what a reader sees; no honest statement contains them.
const HIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/;
const plainText = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .refine((text) => !HIDDEN.test(text), "contains hidden characters");

export const DraftEvidence = z.strictObject({ handle: z.string().min(1).max(40), quote: z.string().min(1).max(2000) });
export const DraftClaim = z.strictObject({
  text: plainText(600),
  kind: z.enum(CLAIM_KINDS),
  evidence: z.array(DraftEvidence).min(1).max(8),
});
export const DraftAction = z.strictObject({
  action: z.string().min(1).max(60),
  target: z.string().min(1).max(80),
  dueDays: z.number().int().min(0).max(365),
  reason: plainText(400),
  evidence: z.array(DraftEvidence).min(1).max(8),
  confidence: z.enum(CONFIDENCES),
});
export const DraftSection = z.strictObject({ title: plainText(80), claims: z.array(DraftClaim).max(40) });

/** What a model must answer with. Everything in it is a proposal: nothing is shown before `verifyClaim` accepted it. */
export const AnswerDraft = z.strictObject({
  sections: z.array(DraftSection).max(12),
  actions: z.array(DraftAction).max(10),
});
export type DraftEvidence = z.infer<typeof DraftEvidence>;
export type DraftClaim = z.infer<typeof DraftClaim>;
export type DraftAction = z.infer<typeof DraftAction>;
export type AnswerDraft = z.infer<typeof AnswerDraft>;

/** The contract as the JSON schema sent to a model server: only what strict mode of every known server understands (no lengths, no patterns). */
export const ANSWER_JSON_SCHEMA: Record<string, unknown> = (() => {
  const evidence = list(object({ handle: { type: "string" }, quote: { type: "string" } }));
  const claim = object({ text: { type: "string" }, kind: { type: "string", enum: [...CLAIM_KINDS] }, evidence });
  const action = object({
    action: { type: "string" },
    target: { type: "string" },
    dueDays: { type: "integer" },
    reason: { type: "string" },
    evidence,
    confidence: { type: "string", enum: [...CONFIDENCES] },
  });
  return object({ sections: list(object({ title: { type: "string" }, claims: list(claim) })), actions: list(action) });
})();

function object(properties: Record<string, unknown>): Record<string, unknown> {
  return { type: "object", properties, required: Object.keys(properties), additionalProperties: false };
}

function list(items: unknown): Record<string, unknown> {
  return { type: "array", items };
}
