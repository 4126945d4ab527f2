import { z } from "zod";
import { procedure, router } from "#server/trpc/init.ts";
import { openRoom, OpenRoomInput } from "./open-room.ts";
import { issueRoomTicket } from "./tickets.ts";
import { listVersions, ListVersionsInput } from "./versions/list-versions.ts";
import { restoreVersion, RestoreVersionInput } from "./versions/restore-version.ts";
import { viewVersion, ViewVersionInput } from "./versions/view-version.ts";

export const roomsRouter = router({
  open: procedure("room:read")
    .input(OpenRoomInput)
    .mutation(({ ctx, input }) => openRoom(ctx, input)),
  ticket: procedure("room:read")
    .input(z.strictObject({ roomId: z.uuid() }))
    .mutation(({ ctx, input }) => issueRoomTicket(ctx, input)),
  versions: procedure("room:read")
    .input(ListVersionsInput)
    .query(({ ctx, input }) => listVersions(ctx, input)),
  version: procedure("room:read")
    .input(ViewVersionInput)
    .query(({ ctx, input }) => viewVersion(ctx, input)),
  restore: procedure("room:restore")
    .input(RestoreVersionInput)
    .mutation(({ ctx, input }) => restoreVersion(ctx, input)),
});
