import { tracked } from "@trpc/server";
import { z } from "zod";
import { procedure, router } from "#server/trpc/init.ts";
import type { LiveHub } from "./hub.ts";

let hub: LiveHub | undefined;
/** The process has one hub; the entry sets it before the first request. */
export const useLiveHub = (started: LiveHub): void => void (hub = started);

export const liveRouter = router({
  /** Every change the caller may see, resumable by the id of the last batch received. */
  changes: procedure("signed-in")
    .input(
      z
        .strictObject({
          lastEventId: z
            .string()
            .regex(/^\d{1,16}$/)
            .nullish(),
        })
        .optional(),
    )
    .subscription(async function* ({ ctx, input, signal }) {
      if (!hub) return;
      const after = input?.lastEventId ? Number(input.lastEventId) : undefined;
      for await (const batch of hub.follow(ctx, after, signal ?? new AbortController().signal)) {
        const isReset = batch === "reset";
        const changes = isReset ? [] : batch;
        yield tracked(String(changes.at(-1)?.seq ?? (isReset ? hub.position() : (after ?? hub.position()))), {
          reset: isReset,
          changes,
        });
      }
    }),
});
