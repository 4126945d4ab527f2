import { and, eq, isNull } from "drizzle-orm";
import { account, contact, opportunity } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { NotFoundError } from "#server/core/errors.ts";
import type { Subject } from "../summaries/subject.ts";

/** Where a question looks. */
export interface AskScope {
  /** The account or deal in hand, for computed answers and links. */
  subject: Subject | undefined;
  /** Only texts about these records; undefined: all that this user may open. */
  within: string[] | undefined;
  words: string;
}

export type AskSubject = { type: "account" | "contact" | "opportunity"; id: string };

/** A question asked on a record looks at that record, and from a deal or a contact also at its account. @throws NotFoundError */
export async function readScope(ctx: RequestContext, subject: AskSubject | undefined): Promise<AskScope> {
  if (!subject) return { subject: undefined, within: undefined, words: "all records you may open" };
  const { name, accountId } = await loadSubject(ctx, subject);
  const home: Subject | undefined =
    subject.type === "contact"
      ? accountId
        ? { type: "account", id: accountId }
        : undefined
      : { type: subject.type, id: subject.id };
  const within = [subject.id, ...(accountId && accountId !== subject.id ? [accountId] : [])];
  return { subject: home, within, words: `${name}${within.length > 1 ? " and its account" : ""}` };
}

async function loadSubject(
  ctx: RequestContext,
  { type, id }: AskSubject,
): Promise<{ name: string; accountId: string | null }> {
  if (type === "account") {
    const [row] = await ctx.db
      .select({ name: account.name, accountId: account.id })
      .from(account)
      .where(and(eq(account.workspaceId, ctx.workspaceId), eq(account.id, id), isNull(account.deletedAt)));
    if (row) return row;
  } else if (type === "opportunity") {
    const [row] = await ctx.db
      .select({ name: opportunity.name, accountId: opportunity.accountId })
      .from(opportunity)
      .where(and(eq(opportunity.workspaceId, ctx.workspaceId), eq(opportunity.id, id), isNull(opportunity.deletedAt)));
    if (row) return row;
  } else {
    const [row] = await ctx.db
      .select({ name: contact.lastName, accountId: contact.accountId })
      .from(contact)
      .where(and(eq(contact.workspaceId, ctx.workspaceId), eq(contact.id, id), isNull(contact.deletedAt)));
    if (row) return row;
  }
  throw new NotFoundError(type, id);
}
