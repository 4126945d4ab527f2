import { embedChunks, refreshDue, removeExpiredAnswers } from "#server/assistant/index.ts";
import { defineClock } from "../define-job.ts";

/** Suggestions and summaries of what changed; each record is taken off the list before the work, and marked again by its next change. */
export const renewAssistant = defineClock({
  name: "assistant.refresh",
  everySeconds: 2,
  async run({ contextFor }) {
    const ctx = contextFor("");
    await refreshDue(ctx.db, ctx.now);
  },
});

/** Vectors of the configured embedding model, when there is one. */
export const embedAssistant = defineClock({
  name: "assistant.embed",
  everySeconds: 2,
  async run({ contextFor }) {
    const ctx = contextFor("");
    await embedChunks(ctx.db, ctx.now);
  },
});

export const cleanAssistant = defineClock({
  name: "assistant.clean",
  everySeconds: 300,
  async run({ contextFor }) {
    const ctx = contextFor("");
    await removeExpiredAnswers(ctx.db, ctx.now);
  },
});
