import { and, asc, eq, inArray, isNull, sql } from "drizzle-orm";
import {
  account,
  activity,
  activityLink,
  appUser,
  coachingItem,
  opportunity,
  room,
  roomBlock,
} from "#db/schema/index.ts";
import { chunkNote, chunkProse, chunkRoom, chunkTurns, type Chunk } from "#ai/text/chunk.ts";
import { stripEmail, toSourceOffset } from "#ai/text/email.ts";
import { parseTurns } from "#ai/text/turns.ts";
import type { RequestContext } from "#server/core/context.ts";
import { refs } from "./load-records.ts";
import { accountPrincipals, dealPrincipals, linkPrincipals } from "./principals.ts";
import type { SourceDocument } from "./source-document.ts";

/** Calls, mails, meetings, visits and notes. */
export async function loadActivityDocuments(ctx: RequestContext, ids: string[]): Promise<SourceDocument[]> {
  const rows = await ctx.db
    .select({
      activity,
      ownerName: appUser.name,
      principals: sql<
        string[]
      >`(array['owner:' || ${activity.ownerId}] || ${linkPrincipals(ctx, sql`${activity.id}`)})`,
      contactName: sql<string | null>`(select trim(c.first_name || ' ' || c.last_name) from activity_link l
        join contact c on c.workspace_id = l.workspace_id and c.id = l.contact_id
        where l.workspace_id = ${ctx.workspaceId} and l.activity_id = ${activity.id} order by l.id limit 1)`,
    })
    .from(activity)
    .leftJoin(appUser, and(eq(appUser.workspaceId, activity.workspaceId), eq(appUser.id, activity.ownerId)))
    .where(and(eq(activity.workspaceId, ctx.workspaceId), inArray(activity.id, ids), isNull(activity.deletedAt)));
  const about = await loadLinks(ctx, ids);
  return rows.map(({ activity: row, ownerName, contactName, principals }) => ({
    kind: "activity",
    id: row.id,
    title: row.subject,
    chunks: chunkActivity(row.kind, row.subject, row.body),
    principals,
    scopeKind: "record",
    about: [{ type: "activity", id: row.id }, ...(about.get(row.id) ?? [])],
    occurredAt: row.occurredAt,
    authorName: row.direction === "inbound" ? contactName : ownerName,
    isTainted: row.isTainted,
    isFromCustomer: row.direction === "inbound",
  }));
}

/** How an activity is cut: transcripts by turns, mails without history and signature, the rest as one thought. The subject is searched with each part. */
export function chunkActivity(kind: string, subject: string, body: string): Chunk[] {
  const heading = subject.trim();
  const turns = kind === "call" || kind === "meeting" ? parseTurns(body) : undefined;
  const chunks = turns ? chunkTurns(turns) : kind === "email" ? chunkEmail(body) : chunkNote(body);
  if (chunks.length === 0) return heading === "" ? [] : [{ seq: 0, charFrom: 0, charTo: 0, body: heading }];
  return chunks.map((chunk) => ({ ...chunk, ...(heading === "" ? {} : { heading }) }));
}

function chunkEmail(source: string): Chunk[] {
  const authored = stripEmail(source);
  return chunkProse(authored.text).map((chunk) => ({
    ...chunk,
    charFrom: toSourceOffset(authored, chunk.charFrom),
    charTo: toSourceOffset(authored, chunk.charTo),
  }));
}

/** The records an activity is linked to, with the accounts behind its deals and contacts. */
async function loadLinks(
  ctx: RequestContext,
  activityIds: string[],
): Promise<Map<string, { type: string; id: string }[]>> {
  const rows = await ctx.db
    .select({
      activityId: activityLink.activityId,
      accountId: activityLink.accountId,
      contactId: activityLink.contactId,
      opportunityId: activityLink.opportunityId,
      behindId: sql<string | null>`coalesce(
        (select o.account_id from opportunity o where o.workspace_id = ${ctx.workspaceId} and o.id = ${activityLink.opportunityId}),
        (select c.account_id from contact c where c.workspace_id = ${ctx.workspaceId} and c.id = ${activityLink.contactId}))`,
    })
    .from(activityLink)
    .where(and(eq(activityLink.workspaceId, ctx.workspaceId), inArray(activityLink.activityId, activityIds)))
    .orderBy(asc(activityLink.id));
  const byActivity = new Map<string, { type: string; id: string }[]>();
  for (const row of rows) {
    const found = refs({
      opportunity: [row.opportunityId],
      account: [row.accountId, row.behindId],
      contact: [row.contactId],
    });
    byActivity.set(row.activityId, [...(byActivity.get(row.activityId) ?? []), ...found]);
  }
  return byActivity;
}

/** Live rooms, one part per block of text. */
export async function loadRoomDocuments(ctx: RequestContext, ids: string[]): Promise<SourceDocument[]> {
  const rows = await ctx.db
    .select({
      room,
      dealName: opportunity.name,
      accountName: account.name,
      dealAccountId: opportunity.accountId,
      principals: sql<
        string[]
      >`case ${room.subjectType} when 'opportunity' then ${dealPrincipals(ctx, sql`${room.subjectId}`)}
        else ${accountPrincipals(ctx, sql`${room.subjectId}`)} end`,
    })
    .from(room)
    .leftJoin(opportunity, and(eq(opportunity.workspaceId, room.workspaceId), eq(opportunity.id, room.subjectId)))
    .leftJoin(account, and(eq(account.workspaceId, room.workspaceId), eq(account.id, room.subjectId)))
    .where(and(eq(room.workspaceId, ctx.workspaceId), inArray(room.id, ids)));
  const blocks = await ctx.db
    .select()
    .from(roomBlock)
    .where(and(eq(roomBlock.workspaceId, ctx.workspaceId), inArray(roomBlock.roomId, ids)))
    .orderBy(asc(roomBlock.roomId), asc(roomBlock.position));
  return rows.map(({ room: row, dealName, accountName, dealAccountId, principals }) => {
    const own = blocks.filter(({ roomId, kind }) => roomId === row.id && kind !== "heading");
    return {
      kind: "room",
      id: row.id,
      title: `Room of ${dealName ?? accountName ?? "a deleted record"}`,
      chunks: chunkRoom(own.map(({ blockId, path, text }) => ({ id: blockId, path: path.join(" > "), text }))),
      principals,
      scopeKind: "record",
      about: [{ type: "room", id: row.id }, ...refs({ [row.subjectType]: [row.subjectId], account: [dealAccountId] })],
      occurredAt: row.editedAt,
      authorName: null,
      isTainted: false,
      isFromCustomer: false,
    };
  });
}

/** Coaching, which only the rep with the managers above, the author and those it escalated to may read. */
export async function loadCoachingDocuments(ctx: RequestContext, ids: string[]): Promise<SourceDocument[]> {
  const rows = await ctx.db
    .select({
      item: coachingItem,
      authorName: appUser.name,
      dealName: opportunity.name,
      dealAccountId: opportunity.accountId,
    })
    .from(coachingItem)
    .leftJoin(appUser, and(eq(appUser.workspaceId, coachingItem.workspaceId), eq(appUser.id, coachingItem.authorId)))
    .leftJoin(
      opportunity,
      and(eq(opportunity.workspaceId, coachingItem.workspaceId), eq(opportunity.id, coachingItem.opportunityId)),
    )
    .where(and(eq(coachingItem.workspaceId, ctx.workspaceId), inArray(coachingItem.id, ids)));
  return rows.map(({ item, authorName, dealName, dealAccountId }) => ({
    kind: "coaching_item",
    id: item.id,
    title: dealName ? `Coaching on ${dealName}` : "Coaching",
    chunks: chunkNote(
      [item.comment, item.replyComment ? `Reply: ${item.replyComment}` : ""].filter(Boolean).join("\n"),
    ),
    principals: [`owner:${item.repId}`, `user:${item.authorId}`, ...item.escalatedTo.map((userId) => `user:${userId}`)],
    scopeKind: "private",
    about: refs({
      coaching_item: [item.id],
      opportunity: [item.opportunityId],
      account: [item.accountId, dealAccountId],
    }),
    occurredAt: item.createdAt,
    authorName,
    isTainted: false,
    isFromCustomer: false,
  }));
}
