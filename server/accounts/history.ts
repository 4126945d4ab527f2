import { and, desc, eq, inArray, lt } from "drizzle-orm";
import { z } from "zod";
import { appUser, eventLog, type FieldChange } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { requireReadable } from "./queries.ts";

export const AccountHistoryInput = z.strictObject({
  accountId: z.uuid(),
  /** Entries before this one. */
  cursor: z.number().int().min(1).nullish(),
  /** Sent by the client's infinite queries; there is one direction only. */
  direction: z.literal("forward").optional(),
});

export interface HistoryEntry {
  seq: number;
  type: string;
  occurredAt: string;
  actorName: string | null;
  changes: Record<string, FieldChange>;
  data: Record<string, unknown>;
}

const PAGE = 50;

/** What happened to the account itself, newest first: who changed which field from what to what. @throws NotFoundError */
export async function getAccountHistory(
  ctx: RequestContext,
  { accountId, cursor }: z.infer<typeof AccountHistoryInput>,
): Promise<{ entries: HistoryEntry[]; nextCursor: number | null }> {
  requirePermission(ctx, "account:read");
  return withTransaction(ctx, async (ctx) => {
    await requireReadable(ctx, accountId);
    const rows = await ctx.db
      .select()
      .from(eventLog)
      .where(
        and(
          eq(eventLog.workspaceId, ctx.workspaceId),
          eq(eventLog.subjectType, "account"),
          eq(eventLog.subjectId, accountId),
          cursor ? lt(eventLog.seq, cursor) : undefined,
        ),
      )
      .orderBy(desc(eventLog.seq))
      .limit(PAGE + 1);
    const page = rows.slice(0, PAGE);
    const actors = [...new Set(page.filter((row) => row.actorKind === "user").map((row) => row.actorId))];
    const people =
      actors.length === 0
        ? []
        : await ctx.db
            .select({ id: appUser.id, name: appUser.name })
            .from(appUser)
            .where(and(eq(appUser.workspaceId, ctx.workspaceId), inArray(appUser.id, actors)));
    const nameOf = new Map(people.map(({ id, name }) => [id, name]));
    return {
      entries: page.map((row) => ({
        seq: row.seq,
        type: row.type,
        occurredAt: row.occurredAt.toISOString(),
        actorName: nameOf.get(row.actorId) ?? null,
        changes: row.payload.changes ?? {},
        data: row.payload.data ?? {},
      })),
      nextCursor: rows.length > PAGE ? page.at(-1)!.seq : null,
    };
  });
}
