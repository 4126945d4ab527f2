import { z } from "zod";

/** What a summary or a question can be about. */
export const SubjectInput = z.strictObject({ type: z.enum(["account", "opportunity"]), id: z.uuid() });
export type Subject = z.infer<typeof SubjectInput>;
