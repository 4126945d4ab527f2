import { sql, type SQL } from "drizzle-orm";
import { z } from "zod";
import type { RequestContext } from "#server/core/context.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";

export const FindDuplicatesInput = z.strictObject({
  name: z.string().trim().min(2).max(200),
  domain: z.string().trim().max(253).nullish(),
});

export interface LikelyDuplicate {
  id: string;
  name: string;
  domain: string | null;
  ownerName: string | null;
  /** What is alike. */
  reason: "domain" | "name";
}

/** Words that say how a company is founded and not which it is. */
const LEGAL_FORMS =
  "\\m(inc|incorporated|ltd|limited|llc|llp|plc|gmbh|ag|sa|sas|sarl|bv|nv|oy|ab|as|spa|srl|corp|corporation|co|company|kg)\\M";
/** From 0 to 1; below it names of different companies begin to match. */
const LIKE_ENOUGH = 0.6;

/** Accounts the caller may see that are probably the one to be created: the same domain, or a name that is nearly the same without its legal form. */
export async function findDuplicates(
  ctx: RequestContext,
  { name, domain }: z.infer<typeof FindDuplicatesInput>,
): Promise<LikelyDuplicate[]> {
  requirePermission(ctx, "account:read");
  const host = hostOf(domain) ?? null;
  const plain = (value: SQL): SQL =>
    sql`trim(regexp_replace(regexp_replace(lower(unaccent(${value})), ${LEGAL_FORMS}, '', 'g'), '[^[:alnum:]]+', ' ', 'g'))`;
  const isSameHost = sql`regexp_replace(lower(a.domain), '^www\\.', '') = ${host}::text`;
  return withTransaction(ctx, async (ctx) => {
    const rows = await ctx.db.execute<LikelyDuplicate & Record<string, unknown>>(sql`
      select a.id, a.name, a.domain, u.name as "ownerName",
        case when ${isSameHost} then 'domain' else 'name' end as reason
      from account a left join app_user u on u.workspace_id = a.workspace_id and u.id = a.owner_id
      where a.workspace_id = ${ctx.workspaceId} and a.deleted_at is null and (${isSameHost}
        or (a.name % ${name} and similarity(${plain(sql`a.name`)}, ${plain(sql`${name}`)}) >= ${LIKE_ENOUGH}))
      order by coalesce(${isSameHost}, false) desc, similarity(a.name, ${name}) desc, a.name
      limit 5`);
    return [...rows];
  });
}

/** The host of an address as people write it: "https://www.acme.example/team" is acme.example. */
export function hostOf(address: string | null | undefined): string | undefined {
  const host = address
    ?.trim()
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, "")
    .replace(/^www\./, "")
    .split(/[/?#:]/)[0];
  return host?.includes(".") ? host : undefined;
}
