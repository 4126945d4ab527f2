import { procedure, router } from "#server/trpc/init.ts";
import { answerOutcome, AnswerOutcomeInput } from "./auto-log.ts";
import { listEntries, ListEntriesInput } from "./entries.ts";
import { logActivity, LogActivityInput } from "./log-activity.ts";
import { listOutcomes, saveOutcomes, SaveOutcomesInput } from "./outcomes.ts";
import { getTimeline, TimelineInput } from "./timeline.ts";
import { countTouchpoints, TouchpointsInput } from "./touchpoints.ts";

export const activitiesRouter = router({
  log: procedure("activity:write")
    .input(LogActivityInput)
    .mutation(({ ctx, input }) => logActivity(ctx, input)),
  answerOutcome: procedure("activity:write")
    .input(AnswerOutcomeInput)
    .mutation(({ ctx, input }) => answerOutcome(ctx, input)),
  timeline: procedure("account:read")
    .input(TimelineInput)
    .query(({ ctx, input }) => getTimeline(ctx, input)),
  touchpoints: procedure("opportunity:read")
    .input(TouchpointsInput)
    .query(({ ctx, input }) => countTouchpoints(ctx, input)),
  entries: procedure("opportunity:read")
    .input(ListEntriesInput)
    .query(({ ctx, input }) => listEntries(ctx, input)),
  outcomes: procedure("opportunity:read").query(({ ctx }) => listOutcomes(ctx)),
  saveOutcomes: procedure("settings:manage")
    .input(SaveOutcomesInput)
    .mutation(({ ctx, input }) => saveOutcomes(ctx, input)),
});
