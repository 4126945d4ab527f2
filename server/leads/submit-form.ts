import { createHash, randomUUID } from "node:crypto";
import { and, desc, eq, inArray, isNull, lt, sql } from "drizzle-orm";
import { z } from "zod";
import type { Database } from "#db/client.ts";
import { lead, OPEN_LEAD_STATUSES, webForm, webFormCount } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import type { RequestContext } from "#server/core/context.ts";
import { InvalidInputError, LimitError, NotFoundError } from "#server/core/errors.ts";
import { log } from "#server/core/log.ts";
import { withSystemTransaction, withTransaction } from "#server/core/transaction.ts";
import { admitLeads } from "./admit-leads.ts";
import { recordSignal } from "./signals.ts";

/** People do not see it; what fills it is a machine. */
export const HONEYPOT = "fax_number";
const PER_NETWORK_HOURLY = 20;
const MOST_FIELDS = 50;
const HOUR_MS = 3_600_000;

const text = (max: number) => z.string().trim().max(max, `longer than ${max} characters`).default("");
const Known = z.object({
  first_name: text(100),
  last_name: text(100),
  name: text(200),
  company: text(200),
  title: text(150),
  email: text(254).refine((value) => value === "" || z.email().safeParse(value).success, "is no e-mail address"),
  phone: text(50),
  website: text(253),
  country: text(100),
  industry: text(100),
  employees: text(12),
  message: text(20_000),
  interest: text(40),
});

/** What an answer in the field `interest` says about the person. */
const INTERESTS: Record<string, string> = { demo: "demo_requested", pricing: "price_asked" };

export interface Submission {
  publicKey: string;
  network: string;
  fields: Record<string, string>;
}

/**
 * Makes a lead of what a stranger sent, all of it kept as text. An open lead of the same address gets a signal instead of a twin.
 * @returns where the browser goes then. @throws NotFoundError for an unknown form; LimitError; InvalidInputError.
 */
export async function submitForm(
  db: Database,
  now: () => Date,
  { publicKey, network, fields }: Submission,
): Promise<{ thanksUrl: string | null }> {
  const form = await withSystemTransaction(db, async (tx) => {
    const [row] = await tx.select().from(webForm).where(eq(webForm.publicKey, publicKey));
    return row;
  });
  if (!form?.isActive) throw new NotFoundError("Form", publicKey.slice(0, 40));
  const requestId = randomUUID();
  const ctx: RequestContext = {
    ...{ db, workspaceId: form.workspaceId, now, requestId },
    ...{ actor: { kind: "job", name: "web-form" }, log: log.child({ requestId }) },
  };
  await countSubmission(ctx, form, network);
  const { thanksUrl } = form;
  if (fields[HONEYPOT]) return { thanksUrl };
  const sent = parse(fields);
  const signals = [{ kind: "form_submitted", detail: form.name }, ...signalsOf(sent.interest)];
  await withTransaction(ctx, async (ctx) => {
    const twin = sent.email ? await findOpenLead(ctx, sent.email) : undefined;
    if (twin) {
      for (const { kind, detail } of signals) await recordSignal(ctx, { leadId: twin, kind, detail: detail ?? null });
      return;
    }
    await admitLeads(ctx, [
      {
        ...{ ...toLead(sent), id: newId(), custom: customOf(fields), source: "web", signals },
        ...{ campaignId: form.campaignId, webFormId: form.id, isTainted: true },
      },
    ]);
  });
  return { thanksUrl };
}

function parse(fields: Record<string, string>): z.infer<typeof Known> {
  const parsed = Known.safeParse(fields);
  const issues = parsed.success ? [] : parsed.error.issues.map((issue) => [issue.path.join("."), issue.message]);
  const sent = parsed.data;
  if (sent && !sent.name && !sent.last_name && !sent.email) issues.push(["name", "is missing"]);
  if (!sent || issues.length > 0)
    throw new InvalidInputError(
      "Some of what was sent is not valid",
      Object.fromEntries(issues) as Record<string, string>,
    );
  return sent;
}

const orNull = (value: string): string | null => value || null;

function toLead(sent: z.infer<typeof Known>) {
  const words = sent.name.split(/\s+/).filter(Boolean);
  const employees = Number(sent.employees.replace(/[\s,.]/g, ""));
  return {
    firstName: (sent.first_name || (sent.last_name ? "" : words.slice(0, -1).join(" "))).slice(0, 100),
    lastName: (sent.last_name || words.at(-1) || sent.email).slice(0, 100),
    company: sent.company,
    title: orNull(sent.title),
    email: orNull(sent.email),
    phone: orNull(sent.phone),
    website: orNull(sent.website),
    country: orNull(sent.country),
    industry: orNull(sent.industry),
    employees: sent.employees && Number.isSafeInteger(employees) && employees <= 100_000_000 ? employees : null,
    description: orNull(sent.message),
  };
}

/** Fields that a lead has no place for are kept under their own names. */
const customOf = (fields: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(fields)
      .filter(([name, value]) => !(name in Known.shape) && name !== HONEYPOT && value.trim() !== "")
      .slice(0, MOST_FIELDS)
      .map(([name, value]) => [name.slice(0, 60), value.slice(0, 2000)]),
  );

const signalsOf = (interest: string): { kind: string; detail?: string }[] => {
  const kind = INTERESTS[interest.toLowerCase()];
  return kind ? [{ kind }] : [];
};

async function findOpenLead(ctx: RequestContext, email: string): Promise<string | undefined> {
  const [row] = await ctx.db
    .select({ id: lead.id })
    .from(lead)
    .where(
      and(
        eq(lead.workspaceId, ctx.workspaceId),
        sql`lower(${lead.email}) = ${email.toLowerCase()}`,
        inArray(lead.status, [...OPEN_LEAD_STATUSES]),
        isNull(lead.deletedAt),
      ),
    )
    .orderBy(desc(lead.createdAt))
    .limit(1);
  return row?.id;
}

/** Counts before anything is done with it, in a transaction of its own: what is refused counts, too. @throws LimitError */
async function countSubmission(ctx: RequestContext, form: typeof webForm.$inferSelect, network: string): Promise<void> {
  const hour = new Date(Math.floor(ctx.now().getTime() / HOUR_MS) * HOUR_MS);
  const limits = [
    { network: createHash("sha256").update(network).digest("base64url").slice(0, 22), most: PER_NETWORK_HOURLY },
    { network: "*", most: form.hourlyLimit },
  ];
  const isOver = await withTransaction(ctx, async (ctx) => {
    const { workspaceId } = ctx;
    await ctx.db
      .delete(webFormCount)
      .where(
        and(eq(webFormCount.workspaceId, workspaceId), eq(webFormCount.formId, form.id), lt(webFormCount.hour, hour)),
      );
    let isOver = false;
    for (const { network, most } of limits) {
      const [row] = await ctx.db
        .insert(webFormCount)
        .values({ workspaceId, formId: form.id, network, hour, count: 1 })
        .onConflictDoUpdate({
          target: [webFormCount.workspaceId, webFormCount.formId, webFormCount.network, webFormCount.hour],
          set: { count: sql`${webFormCount.count} + 1` },
        })
        .returning({ count: webFormCount.count });
      // The form's own budget is not used up by what one network sends too much of.
      if (row!.count > most) {
        isOver = true;
        break;
      }
    }
    return isOver;
  });
  if (!isOver) return;
  const retryAfterSeconds = Math.ceil((hour.getTime() + HOUR_MS - ctx.now().getTime()) / 1000);
  throw new LimitError("This form was sent too often. Try again later.", { retryAfterSeconds });
}
