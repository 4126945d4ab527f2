import { and, desc, eq, gt, inArray } from "drizzle-orm";
import { room } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { withTransaction } from "#server/core/transaction.ts";
import type { RoomCompactor } from "./compaction/compactor.ts";
import { ensureDerived } from "./ensure-derived.ts";

let compactor: RoomCompactor | undefined;
/** The process has one compactor; who starts the rooms sets it. */
export const useCompactor = (started: RoomCompactor): void => void (compactor = started);

const MOST = 5;

/**
 * Makes sure that the text of the rooms somebody is writing in includes the last edit, so that an answer can quote it: of the rooms this user may open the five
 * that were changed last. Not for use inside a transaction.
 * @param subjectIds only rooms of these records
 */
export async function deriveEditedRooms(ctx: RequestContext, subjectIds?: readonly string[]): Promise<void> {
  if (!compactor) return;
  const edited = await withTransaction(ctx, (ctx) =>
    ctx.db
      .select({ id: room.id })
      .from(room)
      .where(
        and(
          eq(room.workspaceId, ctx.workspaceId),
          gt(room.headSeq, room.derivedSeq),
          subjectIds ? inArray(room.subjectId, [...subjectIds]) : undefined,
        ),
      )
      .orderBy(desc(room.editedAt))
      .limit(MOST),
  );
  for (const { id } of edited) await ensureDerived(ctx.db, compactor, { workspaceId: ctx.workspaceId, roomId: id });
}
