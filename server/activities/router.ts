import { procedure, router } from "#server/trpc/init.ts";
import { logActivity, LogActivityInput } from "./log-activity.ts";
import { getTimeline, TimelineInput } from "./timeline.ts";

export const activitiesRouter = router({
  log: procedure("activity:write")
    .input(LogActivityInput)
    .mutation(({ ctx, input }) => logActivity(ctx, input)),
  timeline: procedure("account:read")
    .input(TimelineInput)
    .query(({ ctx, input }) => getTimeline(ctx, input)),
});
