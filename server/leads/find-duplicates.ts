import { and, eq, inArray, isNull, or, sql } from "drizzle-orm";
import { account, appUser, contact, lead } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { NotFoundError } from "#server/core/errors.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";

/** From this likeness of names on (pg_trgm, 0 to 1) two accounts may be one. */
const ALIKE = 0.55;
const MOST = 10;

export interface Sought {
  company: string;
  website: string | null;
  email: string | null;
}

/** Accounts of that name or domain and contacts of that address, as far as the caller may open them. */
export async function findDuplicates(ctx: RequestContext, sought: Sought) {
  const domain = domainOf(sought);
  const name = nameOf(sought.company);
  const stored = sql`lower(regexp_replace(${account.name}, ${SUFFIXES}, '', 'i'))`;
  const accounts = await ctx.db
    .select({
      id: account.id,
      name: account.name,
      domain: account.domain,
      ownerName: appUser.name,
      likeness: sql<number>`similarity(${stored}, ${name})`.mapWith(Number),
    })
    .from(account)
    .leftJoin(appUser, and(eq(appUser.workspaceId, account.workspaceId), eq(appUser.id, account.ownerId)))
    .where(
      and(
        eq(account.workspaceId, ctx.workspaceId),
        isNull(account.deletedAt),
        or(
          name === "" ? undefined : sql`similarity(${stored}, ${name}) >= ${ALIKE}`,
          domain ? sql`lower(${account.domain}) in (${domain}, ${`www.${domain}`})` : undefined,
          sql`false`,
        ),
      ),
    )
    .orderBy(sql`5 desc`, account.name)
    .limit(MOST);
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
  return {
    accounts: accounts.map(({ likeness, ...row }) => ({
      ...row,
      reason: domain && row.domain?.toLowerCase().endsWith(domain) ? ("domain" as const) : ("name" as const),
      isSameName: likeness === 1,
    })),
    contacts: contacts.map((row) => ({ ...row, reason: "email" as const })),
  };
}

/** What converting this lead might double. */
export async function listDuplicates(ctx: RequestContext, { leadId }: { leadId: string }) {
  requirePermission(ctx, "lead:read");
  return withTransaction(ctx, async (ctx) => {
    const [row] = await ctx.db
      .select({ company: lead.company, website: lead.website, email: lead.email })
      .from(lead)
      .where(and(eq(lead.workspaceId, ctx.workspaceId), inArray(lead.id, [leadId]), isNull(lead.deletedAt)));
    if (!row) throw new NotFoundError("Lead", leadId);
    return findDuplicates(ctx, row);
  });
}

const SUFFIXES = "[ ,.]+(inc|incorporated|corp|corporation|co|company|ltd|limited|llc|plc|gmbh|ag|sa|bv|oy|ab|as)\\.?$";
const nameOf = (company: string): string => company.trim().replace(new RegExp(SUFFIXES, "i"), "").toLowerCase();

/** "https://www.acme.example/team" and "ada@acme.example" are both acme.example; addresses that anybody can have name no company. */
export function domainOf({ website, email }: Pick<Sought, "website" | "email">): string | undefined {
  const host = website
    ?.trim()
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, "")
    .replace(/^www\./, "")
    .split(/[/?#:]/)[0];
  if (host?.includes(".")) return host;
  const mail = email?.toLowerCase().split("@")[1];
  return mail && !FREE_MAIL.has(mail) ? mail : undefined;
}

/** Mail that anybody can have. */
export const FREE_MAIL: ReadonlySet<string> = new Set(
  "gmail.com googlemail.com outlook.com hotmail.com live.com yahoo.com icloud.com aol.com gmx.de gmx.net web.de mail.com proton.me protonmail.com".split(
    " ",
  ),
);
