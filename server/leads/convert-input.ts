import { z } from "zod";

const text = (max: number) => z.string().trim().max(max);
export const ConvertLeadInput = z.strictObject({
  leadId: z.uuid(),
  version: z.number().int().min(1),
  /** One that is there, or a new one of this name. */
  accountId: z.uuid().nullish(),
  company: text(200).min(1, "An account needs a name"),
  contactId: z.uuid().nullish(),
  contact: z.strictObject({
    firstName: text(100).default(""),
    lastName: text(100).min(1, "A contact needs a last name"),
    email: z.email("This is no e-mail address").max(254).nullish(),
    title: text(150).nullish(),
    phone: text(50).nullish(),
    role: text(60).min(1).nullish(),
  }),
  opportunity: z.strictObject({
    name: text(200).min(1, "An opportunity needs a name"),
    amountCents: z.number().int().min(1, "An opportunity needs a value").max(Number.MAX_SAFE_INTEGER),
    closeDate: z.iso.date(),
    stageId: z.uuid().nullish(),
    /** 0 to 1; without it the stage's. */
    probability: z.number().min(0).max(1).nullish(),
    ownerId: z.uuid().nullish(),
    nextStep: text(500).min(1, "Say what comes next"),
    nextStepDue: z.iso.date(),
  }),
  /** First words of the room's plan. */
  goals: text(5000).default(""),
  handoverNote: text(5000).default(""),
  /** The person saw the likely duplicates and wants new records all the same. */
  isNewDespiteDuplicates: z.boolean().default(false),
});
export type ConvertLeadInput = z.infer<typeof ConvertLeadInput>;
