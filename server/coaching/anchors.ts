import { and, eq, isNotNull, notInArray } from "drizzle-orm";
import { coachingItem, type AnchorState, type PassageAnchor } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { emitEvent } from "#server/core/events.ts";
import { withTransaction } from "#server/core/transaction.ts";

export interface ItemAnchor {
  itemId: string;
  anchor: PassageAnchor;
}

export interface ResolvedAnchor {
  itemId: string;
  state: AnchorState;
  /** What the passage reads now; null when it is gone. */
  text: string | null;
  /** A new anchor when the passage was found again by its quote. */
  anchor?: PassageAnchor;
}

/** Anchors of the room's living items, to be resolved against its text. */
export async function listRoomAnchors(ctx: RequestContext, roomId: string): Promise<ItemAnchor[]> {
  const rows = await withTransaction(ctx, (ctx) =>
    ctx.db
      .select({ itemId: coachingItem.id, anchor: coachingItem.anchor })
      .from(coachingItem)
      .where(
        and(
          eq(coachingItem.workspaceId, ctx.workspaceId),
          eq(coachingItem.roomId, roomId),
          isNotNull(coachingItem.anchor),
          notInArray(coachingItem.state, ["withdrawn"]),
        ),
      ),
  );
  return rows.flatMap(({ itemId, anchor }) => (anchor ? [{ itemId, anchor }] : []));
}

/** Stores where the passages are now; only what differs is written and told. The item's own version stays: nobody acted on it. */
export async function saveResolvedAnchors(ctx: RequestContext, resolved: ResolvedAnchor[]): Promise<void> {
  await withTransaction(ctx, async (ctx) => {
    for (const { itemId, state, text, anchor } of resolved) {
      const where = and(eq(coachingItem.workspaceId, ctx.workspaceId), eq(coachingItem.id, itemId));
      const [item] = await ctx.db.select().from(coachingItem).where(where).for("update");
      if (!item?.anchor) continue;
      const currentText = text === item.anchor.quote ? null : (text ?? "");
      if (item.anchorState === state && item.currentText === currentText && !anchor) continue;
      await ctx.db
        .update(coachingItem)
        .set({ anchorState: state, currentText, ...(anchor ? { anchor } : {}) })
        .where(where);
      await emitEvent(ctx, {
        type: "coaching.passage_changed",
        subject: { type: "coaching_item", id: itemId },
        data: { opportunityId: item.opportunityId, accountId: item.accountId, state },
      });
    }
  });
}
