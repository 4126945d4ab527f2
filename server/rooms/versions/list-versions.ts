import { sql } from "drizzle-orm";
import { z } from "zod";
import type { RoomUpdateKind } from "#db/schema/rooms.ts";
import type { RequestContext } from "#server/core/context.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { requireRoom } from "./require-room.ts";

export const ListVersionsInput = z.strictObject({
  roomId: z.uuid(),
  /** Continues below this position. */
  beforeSeq: z.number().int().min(1).optional(),
  limit: z.number().int().min(1).max(100).default(30),
});

export interface VersionAuthor {
  userId: string;
  name: string;
}

/** A burst of editing: what a person would call one version. */
export interface RoomVersion {
  /** The position right after it; names the version. */
  seq: number;
  /** Its first position. */
  fromSeq: number;
  startedAt: Date;
  endedAt: Date;
  kind: RoomUpdateKind;
  /** Empty for the template. */
  authors: VersionAuthor[];
  edits: number;
}

/** Edits further apart belong to different versions. */
const PAUSE_MINUTES = 3;
/** How far one call looks back; a busy day is some thousands of edits. */
const MAX_ROWS = 20_000;

/** Versions of a room, newest first: runs of edits without a pause, with everybody who took part. */
export async function listVersions(
  ctx: RequestContext,
  { roomId, beforeSeq, limit }: z.infer<typeof ListVersionsInput>,
): Promise<RoomVersion[]> {
  requirePermission(ctx, "room:read");
  return withTransaction(ctx, async (ctx) => {
    await requireRoom(ctx, roomId);
    const rows = await ctx.db.execute<VersionRow>(sql`
      with recent as (
        select seq, kind, epoch, user_id, created_at from room_update
        where workspace_id = ${ctx.workspaceId} and room_id = ${roomId} and seq < ${beforeSeq ?? Number.MAX_SAFE_INTEGER}
          and quarantine_reason is null
        order by seq desc limit ${MAX_ROWS}
      ), marked as (
        select *, case when kind <> 'edit' or lag(kind) over w <> 'edit' or lag(epoch) over w <> epoch
          or created_at - lag(created_at) over w > make_interval(mins => ${PAUSE_MINUTES}) then 1 else 0 end as begins
        from recent window w as (order by seq)
      ), numbered as (select *, sum(begins) over (order by seq) as burst from marked)
      select max(seq) as seq, min(seq) as from_seq, min(created_at) as started_at, max(created_at) as ended_at,
        min(kind) as kind, count(*)::int as edits,
        coalesce(array_agg(distinct user_id) filter (where user_id is not null), '{}') as user_ids
      from numbered group by burst order by seq desc limit ${limit}`);
    const names = await loadNames(
      ctx,
      rows.flatMap(({ user_ids }) => user_ids),
    );
    return rows.map((row) => ({
      seq: row.seq,
      fromSeq: row.from_seq,
      startedAt: new Date(row.started_at),
      endedAt: new Date(row.ended_at),
      kind: row.kind,
      edits: row.edits,
      authors: row.user_ids.map((userId) => ({ userId, name: names.get(userId) ?? "" })),
    }));
  });
}

interface VersionRow extends Record<string, unknown> {
  seq: number;
  from_seq: number;
  started_at: string;
  ended_at: string;
  kind: RoomUpdateKind;
  edits: number;
  user_ids: string[];
}

/** Display names by user id; inside a transaction. */
export async function loadNames(ctx: RequestContext, userIds: readonly string[]): Promise<Map<string, string>> {
  if (userIds.length === 0) return new Map();
  const rows = await ctx.db.execute<{ id: string; name: string }>(sql`
    select id::text as id, name from app_user
    where workspace_id = ${ctx.workspaceId} and id = any(${`{${[...new Set(userIds)].join(",")}}`}::uuid[])`);
  return new Map(rows.map(({ id, name }) => [id, name]));
}
