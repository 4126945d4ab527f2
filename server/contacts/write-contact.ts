import { and, eq, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import { account, ATTITUDES, contact, INFLUENCES } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import { requireOwnTeam } from "#server/accounts/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { InvalidInputError, NotFoundError } from "#server/core/errors.ts";
import { emitEvent } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { updateVersioned } from "#server/core/versioned.ts";

const text = (max: number) => z.string().trim().max(max);
const ContactFields = z.strictObject({
  firstName: text(100),
  lastName: text(100).min(1, "A contact needs a last name"),
  title: text(150).nullish(),
  email: z.email("This is no e-mail address").max(254).nullish(),
  phone: text(50).nullish(),
  notes: text(20_000).nullish(),
  accountId: z.uuid().nullish(),
  ownerId: z.uuid().nullish(),
  /** Another contact: the one above this one. */
  reportsToId: z.uuid().nullish(),
  influence: z.enum(INFLUENCES).nullish(),
  attitude: z.enum(ATTITUDES).nullish(),
});

export const CreateContactInput = ContactFields.extend({ firstName: text(100).default("") });
export const UpdateContactInput = z.strictObject({
  contactId: z.uuid(),
  version: z.number().int().min(1),
  // A default would come in for a first name that is not named, and empty it.
  changes: ContactFields.extend({ firstName: text(100) }).partial(),
});

/** @throws NotFoundError when the account is not there for this user. */
export async function createContact(
  ctx: RequestContext,
  input: z.infer<typeof CreateContactInput>,
): Promise<{ id: string }> {
  requirePermission(ctx, "contact:write");
  const ownerId = input.ownerId ?? (ctx.actor.kind === "user" ? ctx.actor.userId : null);
  requireOwnTeam(ctx, ownerId);
  const id = newId();
  return withTransaction(ctx, async (ctx) => {
    if (input.accountId) await requireAccount(ctx, input.accountId);
    if (input.reportsToId) await requireContact(ctx, input.reportsToId);
    await ctx.db.insert(contact).values({ ...input, id, workspaceId: ctx.workspaceId, ownerId });
    await emitEvent(ctx, {
      type: "contact.created",
      subject: { type: "contact", id },
      data: { accountId: input.accountId ?? null },
    });
    return { id };
  });
}

/** @throws NotFoundError; StaleWriteError; InvalidInputError when somebody would report to himself, also by way of others. */
export async function updateContact(ctx: RequestContext, input: z.infer<typeof UpdateContactInput>): Promise<void> {
  requirePermission(ctx, "contact:write");
  const { contactId: id, version, changes } = input;
  if (changes.ownerId !== undefined) requireOwnTeam(ctx, changes.ownerId);
  await withTransaction(ctx, async (ctx) => {
    if (changes.accountId) await requireAccount(ctx, changes.accountId);
    if (changes.reportsToId) await requireNoCircle(ctx, id, changes.reportsToId);
    const done = await updateVersioned<typeof contact.$inferSelect>(ctx, {
      table: contact,
      recordType: "Contact",
      id,
      version,
      changes,
    });
    if (Object.keys(done.changes).length === 0) return;
    await emitEvent(ctx, {
      type: "contact.updated",
      subject: { type: "contact", id },
      changes: done.changes,
      data: { accountId: done.before.accountId },
    });
  });
}

async function requireAccount(ctx: RequestContext, id: string): Promise<void> {
  const [row] = await ctx.db
    .select({ id: account.id })
    .from(account)
    .where(and(eq(account.workspaceId, ctx.workspaceId), eq(account.id, id), isNull(account.deletedAt)));
  if (!row) throw new NotFoundError("Account", id);
}

async function requireContact(ctx: RequestContext, id: string): Promise<void> {
  const [row] = await ctx.db
    .select({ id: contact.id })
    .from(contact)
    .where(and(eq(contact.workspaceId, ctx.workspaceId), eq(contact.id, id), isNull(contact.deletedAt)));
  if (!row) throw new NotFoundError("Contact", id);
}

async function requireNoCircle(ctx: RequestContext, id: string, aboveId: string): Promise<void> {
  await requireContact(ctx, aboveId);
  const line = await ctx.db.execute<{ id: string }>(sql`
    with recursive above as (
      select id, reports_to_id from contact where workspace_id = ${ctx.workspaceId} and id = ${aboveId}
      union select c.id, c.reports_to_id from contact c join above on c.id = above.reports_to_id
      where c.workspace_id = ${ctx.workspaceId}
    ) select id from above`);
  if (line.some((person) => person.id === id))
    throw new InvalidInputError("Nobody reports to himself", { reportsToId: "circle" }, "contact.reporting_line");
}
