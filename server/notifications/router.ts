import { procedure, router } from "#server/trpc/init.ts";
import { listNotifications, markRead, MarkReadInput } from "./notifications.ts";

export const notificationsRouter = router({
  list: procedure("signed-in").query(({ ctx }) => listNotifications(ctx)),
  markRead: procedure("signed-in")
    .input(MarkReadInput)
    .mutation(({ ctx, input }) => markRead(ctx, input)),
});
