import { and, eq, isNull, sql } from "drizzle-orm";
import { account, contact, lead } from "#db/schema/index.ts";
import { findDuplicateAccounts, hostOf } from "#server/accounts/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { NotFoundError } from "#server/core/errors.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";

const MOST = 10;

export interface Sought {
  company: string;
  website: string | null;
  email: string | null;
}

/** Accounts of that name or domain and contacts of that address, as far as the caller may open them. */
export async function findDuplicates(ctx: RequestContext, sought: Sought) {
  const accounts = await findDuplicateAccounts(ctx, { name: sought.company, domain: domainOf(sought) });
  const contacts = sought.email
    ? await ctx.db
        .select({
          id: contact.id,
          firstName: contact.firstName,
          lastName: contact.lastName,
          email: contact.email,
          accountId: contact.accountId,
          accountName: account.name,
        })
        .from(contact)
        .leftJoin(account, and(eq(account.workspaceId, contact.workspaceId), eq(account.id, contact.accountId)))
        .where(
          and(
            eq(contact.workspaceId, ctx.workspaceId),
            isNull(contact.deletedAt),
            sql`lower(${contact.email}) = ${sought.email.toLowerCase()}`,
          ),
        )
        .limit(MOST)
    : [];
  return { accounts, contacts: contacts.map((row) => ({ ...row, reason: "email" as const })) };
}

/** What converting this lead might double. */
export async function listDuplicates(ctx: RequestContext, { leadId }: { leadId: string }) {
  requirePermission(ctx, "lead:read");
  return withTransaction(ctx, async (ctx) => {
    const [row] = await ctx.db
      .select({ company: lead.company, website: lead.website, email: lead.email })
      .from(lead)
      .where(and(eq(lead.workspaceId, ctx.workspaceId), eq(lead.id, leadId), isNull(lead.deletedAt)));
    if (!row) throw new NotFoundError("Lead", leadId);
    return findDuplicates(ctx, row);
  });
}

/** "https://www.acme.example/team" and "ada@acme.example" are both acme.example; addresses that anybody can have name no company. */
export function domainOf({ website, email }: Pick<Sought, "website" | "email">): string | undefined {
  const host = hostOf(website);
  if (host) return host;
  const mail = email?.toLowerCase().split("@")[1];
  return mail && !FREE_MAIL.has(mail) ? mail : undefined;
}

/** Mail that anybody can have. */
export const FREE_MAIL: ReadonlySet<string> = new Set(
  "gmail.com googlemail.com outlook.com hotmail.com live.com yahoo.com icloud.com aol.com gmx.de gmx.net web.de mail.com proton.me protonmail.com".split(
    " ",
  ),
);
