import { z } from "zod";

const word = z.string().trim().min(1).max(100);
const words = z.array(word).max(200);
const key = z.string().trim().min(1).max(60);
const label = z.string().trim().min(1, "Give it a name").max(120);
const points = z.number().int().min(-100).max(100);
const count = z.number().int().min(0).max(100_000_000);
const uniqueKeys = <Rule extends { key: string }>(rules: Rule[]): boolean =>
  new Set(rules.map((rule) => rule.key)).size === rules.length;

const Assignment = z.strictObject({
  rules: z
    .array(
      z.strictObject({
        key,
        name: label,
        isActive: z.boolean(),
        when: z.strictObject({
          sources: words.optional(),
          countries: words.optional(),
          industries: words.optional(),
          campaignIds: z.array(z.uuid()).max(200).optional(),
          minEmployees: count.optional(),
          maxEmployees: count.optional(),
          minScore: z.number().int().min(0).max(100).optional(),
        }),
        userIds: z.array(z.uuid()).max(500),
        teamIds: z.array(z.uuid()).max(200),
        method: z.enum(["round_robin", "least_loaded"]),
        maxOpenLeads: count.optional(),
        slaPolicyId: z.uuid().optional(),
      }),
    )
    .max(100)
    .refine(uniqueKeys, "Two rules have the same key"),
});

const Score = z.strictObject({
  threshold: z.number().int().min(1).max(100),
  fit: z
    .array(
      z.strictObject({
        key,
        label,
        field: z.enum(["employees", "country", "industry", "title", "source", "email", "phone", "website"]),
        test: z.enum(["filled", "one_of", "contains", "between", "business_email"]),
        values: words.optional(),
        min: count.optional(),
        max: count.optional(),
        points,
      }),
    )
    .max(100)
    .refine(uniqueKeys, "Two rules have the same key"),
  signals: z
    .array(
      z.strictObject({
        kind: key,
        label,
        points,
        halfLifeDays: z.number().min(1).max(3650),
        maxPoints: z.number().int().min(-100).max(100),
      }),
    )
    .max(100),
});

const Hot = z.strictObject({
  rules: z
    .array(
      z.discriminatedUnion("kind", [
        z.strictObject({
          key,
          label,
          kind: z.literal("signal"),
          signal: key,
          count: z.number().int().min(1).max(100),
          withinHours: z.number().int().min(1).max(8760),
        }),
        z.strictObject({
          key,
          label,
          kind: z.literal("score_rise"),
          points: z.number().int().min(1).max(100),
          withinHours: z.number().int().min(1).max(8760),
        }),
      ]),
    )
    .max(50),
});

const Status = z.strictObject({
  undoMinutes: z.number().int().min(0).max(10_080),
  rules: z
    .array(
      z.strictObject({
        outcome: z.enum(["connected", "voicemail", "no_response"]),
        from: z.array(z.enum(["new", "working", "nurture", "qualified"])).min(1),
        to: z.enum(["working", "nurture"]),
      }),
    )
    .max(50),
});

export const SaveRulesInput = z.strictObject({
  /** The version that was edited. */
  version: z.number().int().min(0),
  note: z.string().trim().max(500).default(""),
  set: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("assignment"), rules: Assignment }),
    z.strictObject({ kind: z.literal("score"), rules: Score }),
    z.strictObject({ kind: z.literal("hot"), rules: Hot }),
    z.strictObject({ kind: z.literal("status"), rules: Status }),
  ]),
});
export type SaveRulesInput = z.infer<typeof SaveRulesInput>;
