import { and, eq, isNull } from "drizzle-orm";
import { z } from "zod";
import { accountContact, contact } from "#db/schema/index.ts";
import { lockAccount } from "#server/accounts/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { NotFoundError } from "#server/core/errors.ts";
import { emitEvent } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";

export const SetAccountRoleInput = z.strictObject({
  contactId: z.uuid(),
  accountId: z.uuid(),
  role: z.string().trim().min(1, "Say what this person is there").max(60),
});
export const RemoveAccountRoleInput = SetAccountRoleInput.omit({ role: true });

/** Says what a person is at an account beside the one he works for. Who may open that account may then open the person. @throws NotFoundError */
export async function setAccountRole(ctx: RequestContext, input: z.infer<typeof SetAccountRoleInput>): Promise<void> {
  requirePermission(ctx, "contact:write");
  const { contactId, accountId, role } = input;
  await withTransaction(ctx, async (ctx) => {
    await lockAccount(ctx, accountId);
    const [person] = await ctx.db
      .select({ id: contact.id })
      .from(contact)
      .where(and(eq(contact.workspaceId, ctx.workspaceId), eq(contact.id, contactId), isNull(contact.deletedAt)));
    if (!person) throw new NotFoundError("Contact", contactId);
    await ctx.db
      .insert(accountContact)
      .values({ workspaceId: ctx.workspaceId, ...input })
      .onConflictDoUpdate({
        target: [accountContact.workspaceId, accountContact.accountId, accountContact.contactId],
        set: { role },
      });
    const data = { accountId, role };
    await emitEvent(ctx, { type: "contact.account_role_set", subject: { type: "contact", id: contactId }, data });
  });
}

/** @throws NotFoundError */
export async function removeAccountRole(
  ctx: RequestContext,
  { contactId, accountId }: z.infer<typeof RemoveAccountRoleInput>,
): Promise<void> {
  requirePermission(ctx, "contact:write");
  await withTransaction(ctx, async (ctx) => {
    await lockAccount(ctx, accountId);
    const gone = await ctx.db
      .delete(accountContact)
      .where(
        and(
          eq(accountContact.workspaceId, ctx.workspaceId),
          eq(accountContact.accountId, accountId),
          eq(accountContact.contactId, contactId),
        ),
      )
      .returning({ role: accountContact.role });
    if (gone.length === 0) throw new NotFoundError("Contact", contactId);
    const subject = { type: "contact", id: contactId } as const;
    await emitEvent(ctx, { type: "contact.account_role_removed", subject, data: { accountId } });
  });
}
