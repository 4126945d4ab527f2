import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { activityLink, room, task } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { NotFoundError } from "#server/core/errors.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { SCREENS } from "./block.ts";

export const LocateInput = z.strictObject({
  type: z.enum(["room", "activity", "task"]),
  id: z.uuid(),
  /** A block of a room's notes, as citations name it. */
  blockId: z.string().max(60).optional(),
});

interface Holders {
  opportunityId: string | null;
  accountId: string | null;
  contactId: string | null;
}

/** The screen that shows a source which has none of its own, at the passage where the screen knows passages. @throws NotFoundError, also for what the caller may not open */
export async function locate(ctx: RequestContext, input: z.infer<typeof LocateInput>): Promise<{ href: string }> {
  const { type, id, blockId } = input;
  return withTransaction(ctx, async (ctx) => {
    if (type === "room") {
      const [found] = await ctx.db
        .select({ type: room.subjectType, id: room.subjectId })
        .from(room)
        .where(and(eq(room.workspaceId, ctx.workspaceId), eq(room.id, id)));
      const screen = found && SCREENS[found.type]?.(found.id);
      if (!screen) throw new NotFoundError("Room", id);
      return { href: `${screen}/room${blockId ? `#${encodeURIComponent(blockId)}` : ""}` };
    }
    const holders = type === "activity" ? await holdersOfActivity(ctx, id) : await holdersOfTask(ctx, id);
    const screen = holders.map(screenOf).find((href) => href !== undefined);
    if (!screen) throw new NotFoundError(type, id);
    return { href: `${screen}#${type}-${id}` };
  });
}

function screenOf({ opportunityId, accountId, contactId }: Holders): string | undefined {
  if (opportunityId) return SCREENS.opportunity?.(opportunityId);
  if (accountId) return SCREENS.account?.(accountId);
  return contactId ? SCREENS.contact?.(contactId) : undefined;
}

/** Deals first: that is where a conversation is read in its course. */
async function holdersOfActivity(ctx: RequestContext, id: string): Promise<Holders[]> {
  const { opportunityId, accountId, contactId } = activityLink;
  const links = await ctx.db
    .select({ opportunityId, accountId, contactId })
    .from(activityLink)
    .where(and(eq(activityLink.workspaceId, ctx.workspaceId), eq(activityLink.activityId, id)));
  return links.sort((a, b) => Number(b.opportunityId !== null) - Number(a.opportunityId !== null));
}

async function holdersOfTask(ctx: RequestContext, id: string): Promise<Holders[]> {
  const { opportunityId, accountId, contactId } = task;
  return ctx.db
    .select({ opportunityId, accountId, contactId })
    .from(task)
    .where(and(eq(task.workspaceId, ctx.workspaceId), eq(task.id, id)));
}
