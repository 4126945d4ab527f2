import { drainIndex } from "#server/assistant/index.ts";
import { defineClock } from "../define-job.ts";

/** Works off what the follower of the log has marked. A killed worker's batch is rolled back and found again. */
export const keepAssistantIndex = defineClock({
  name: "assistant.index",
  everySeconds: 1,
  async run({ contextFor, isStopping }) {
    const ctx = contextFor("");
    const count = await drainIndex(ctx.db, ctx.now, isStopping);
    if (count > 0) ctx.log.debug({ count }, "records indexed");
  },
});
