import { and, eq, isNull } from "drizzle-orm";
import { account, appUser, contact, leadConversion, opportunity, recordShare } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import { createAccount } from "#server/accounts/index.ts";
import { createContact } from "#server/contacts/index.ts";
import { actorId, type RequestContext } from "#server/core/context.ts";
import { InvalidInputError, NotFoundError } from "#server/core/errors.ts";
import { emitEvent } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction, withWholeWorkspace } from "#server/core/transaction.ts";
import { createOpportunity, setContactRole, updateOpportunity } from "#server/opportunities/index.ts";
import { openPlannedRoom } from "#server/rooms/index.ts";
import { carryHistory } from "./carry-history.ts";
import type { ConvertLeadInput } from "./convert-input.ts";
import { domainOf, findDuplicates } from "./find-duplicates.ts";
import { lockLead, requireLeadVersion, requireNotConverted, setLead, type Lead } from "./locked-lead.ts";
import { loadRules } from "./rules.ts";

export interface Converted {
  accountId: string;
  contactId: string;
  opportunityId: string;
}

/**
 * One act: makes or links account, contact and opportunity, carries activities and tasks, opens the room with its plan and closes
 * the lead. When the deal goes to somebody else it needs a note for him, and the lead's owner keeps the credit and may read it.
 * @throws InvalidInputError unless qualified, or when likely duplicates were not looked at; ConflictError the second time.
 */
export async function convertLead(ctx: RequestContext, input: ConvertLeadInput): Promise<Converted> {
  requirePermission(ctx, "lead:convert");
  return withTransaction(ctx, async (ctx) => {
    const row = await lockLead(ctx, input.leadId);
    requireNotConverted(row);
    requireLeadVersion(row, input.version, ["status"]);
    if (row.status !== "qualified")
      throw new InvalidInputError("Only a qualified lead is converted", { status: row.status }, "lead.convert");
    if (input.accountId) await requireReadable(ctx, account, "Account", input.accountId);
    if (input.contactId) await requireReadable(ctx, contact, "Contact", input.contactId);
    await requireDuplicatesSeen(ctx, row, input);
    const ownerId = input.opportunity.ownerId ?? row.ownerId ?? (ctx.actor.kind === "user" ? ctx.actor.userId : "");
    await requireActive(ctx, ownerId);
    const isHandover = row.ownerId !== null && row.ownerId !== ownerId;
    if (isHandover && !input.handoverNote)
      throw new InvalidInputError("A handover needs a note for the new owner", { handoverNote: "missing" });
    const { undoMinutes } = (await loadRules(ctx, "status")).rules;
    return withWholeWorkspace(ctx, async (ctx) => {
      const made = await makeRecords(ctx, row, input, ownerId);
      const carried = await carryHistory(ctx, row, { ...made, ownerId, handoverNote: input.handoverNote });
      await openPlannedRoom(ctx, made.opportunityId, planOf(row, input));
      if (isHandover) await keepCredit(ctx, row.ownerId!, made);
      const conversionId = newId();
      await ctx.db.insert(leadConversion).values({
        ...{ ...made, ...carried, id: conversionId, workspaceId: ctx.workspaceId, leadId: row.id },
        ...{ isNewAccount: !input.accountId, isNewContact: !input.contactId, previousStatus: row.status },
        ...{ sourcedById: row.ownerId, handoverNote: isHandover ? input.handoverNote : null },
        opportunityVersion: await versionOf(ctx, made.opportunityId),
        convertedBy: actorId(ctx),
        undoUntil: new Date(ctx.now().getTime() + undoMinutes * 60_000),
        createdAt: ctx.now(),
      });
      await setLead(ctx, row, {
        ...{ status: "converted", convertedAt: ctx.now(), convertedAccountId: made.accountId },
        ...{ convertedContactId: made.contactId, convertedOpportunityId: made.opportunityId },
        ...{ followUpOn: null, flaggedAt: null, flagReason: null, flaggedBy: null },
      });
      await emitEvent(ctx, {
        type: "lead.converted",
        subject: { type: "lead", id: row.id },
        changes: { status: [row.status, "converted"] },
        data: { ...made, ownerId: row.ownerId, newOwnerId: ownerId, isHandover, conversionId },
      });
      return made;
    });
  });
}

async function makeRecords(
  ctx: RequestContext,
  row: Lead,
  { company, contact: person, opportunity: deal, ...input }: ConvertLeadInput,
  ownerId: string,
): Promise<Converted> {
  const { phone, country, industry, employees } = row;
  const accountId =
    input.accountId ??
    (await createAccount(ctx, { name: company, domain: domainOf(row), phone, country, industry, employees, ownerId }))
      .id;
  const { role = null, ...fields } = person;
  const contactId = input.contactId ?? (await createContact(ctx, { ...fields, accountId, ownerId })).id;
  const { stageId, probability, ...values } = deal;
  const { id: opportunityId } = await createOpportunity(ctx, {
    ...{ ...values, accountId, ownerId },
    ...(stageId ? { stageId } : {}),
  });
  if (probability !== undefined && probability !== null) {
    const version = await versionOf(ctx, opportunityId);
    await updateOpportunity(ctx, { opportunityId, version, changes: { probability } });
  }
  await setContactRole(ctx, { opportunityId, contactId, role });
  return { accountId, contactId, opportunityId };
}

/** @throws InvalidInputError with the number of likely duplicates, unless the person has decided about them. */
async function requireDuplicatesSeen(ctx: RequestContext, row: Lead, input: ConvertLeadInput): Promise<void> {
  if (input.isNewDespiteDuplicates || (input.accountId && input.contactId)) return;
  const email = input.contact.email ?? row.email;
  const { accounts, contacts } = await findDuplicates(ctx, { company: input.company, website: row.website, email });
  const fields = {
    ...(!input.accountId && accounts.length > 0 ? { accountId: `${accounts[0]!.name} may be the same` } : {}),
    ...(!input.contactId && contacts.length > 0 ? { contactId: `${contacts[0]!.email} is a contact already` } : {}),
  };
  if (Object.keys(fields).length > 0)
    throw new InvalidInputError(
      "There may be such a record already: link it, or say that it is new",
      fields,
      "lead.duplicates",
    );
}

/** The plan that a room starts with: what the qualification found out. */
const planOf = (
  row: Lead,
  { goals, contact: person, opportunity: deal }: ConvertLeadInput,
): Record<string, string[]> => ({
  Situation: [row.fit, row.qualificationNotes].flatMap((text) => text || []),
  Goals: [goals || row.need, row.timing && `Timing: ${row.timing}`].flatMap((text) => text || []),
  "Buying group": [
    [`${person.firstName} ${person.lastName}`.trim(), person.title, person.role].filter(Boolean).join(", "),
    ...(row.authority ? [`Authority: ${row.authority}`] : []),
  ],
  "Next steps": [`${deal.nextStep} (${deal.nextStepDue})`],
});

/** Whoever brought the lead may go on reading what became of it. */
async function keepCredit(ctx: RequestContext, userId: string, { accountId, opportunityId }: Converted): Promise<void> {
  const createdBy = ctx.actor.kind === "user" ? ctx.actor.userId : null;
  const share = { workspaceId: ctx.workspaceId, userId, access: "read" as const, createdBy };
  await ctx.db
    .insert(recordShare)
    .values([
      { ...share, recordType: "opportunity", recordId: opportunityId },
      { ...share, recordType: "account", recordId: accountId },
    ])
    .onConflictDoNothing();
}

async function requireReadable(
  ctx: RequestContext,
  table: typeof account | typeof contact,
  name: string,
  id: string,
): Promise<void> {
  const [row] = await ctx.db
    .select({ id: table.id })
    .from(table)
    .where(and(eq(table.workspaceId, ctx.workspaceId), eq(table.id, id), isNull(table.deletedAt)));
  if (!row) throw new NotFoundError(name, id);
}

async function requireActive(ctx: RequestContext, userId: string): Promise<void> {
  const [user] = await ctx.db
    .select({ status: appUser.status })
    .from(appUser)
    .where(and(eq(appUser.workspaceId, ctx.workspaceId), eq(appUser.id, userId)));
  if (!user) throw new NotFoundError("User", userId);
  if (user.status !== "active") throw new InvalidInputError("This person is not active", { ownerId: "inactive" });
}

async function versionOf(ctx: RequestContext, id: string): Promise<number> {
  const [row] = await ctx.db
    .select({ version: opportunity.version })
    .from(opportunity)
    .where(and(eq(opportunity.workspaceId, ctx.workspaceId), eq(opportunity.id, id)));
  return row!.version;
}
