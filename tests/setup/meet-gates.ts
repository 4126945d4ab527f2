import type { StageData } from "#db/schema/index.ts";
import { createContact } from "#server/contacts/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { logActivity } from "#server/activities/index.ts";
import {
  getOpportunity,
  saveStageData,
  setContactRole,
  setTeamMember,
  updateOpportunity,
} from "#server/opportunities/index.ts";

/** What the default pipeline asks to be written down, all of it. */
export const EVERY_FIELD: StageData = {
  painSummary: "Two people type the same list every night",
  discoveryMeetingOn: "2027-01-10",
  requirements: "Export to their ERP",
  buyingProcess: "Operations proposes, the board signs",
  successCriteria: "No list on paper by summer",
  risks: "The ERP is being replaced",
  solutionScope: "Twelve sites",
  scopeDocument: "https://files.example.test/scope.pdf",
  technicalRisks: "Single sign-on of an old kind",
  demoOutcome: "Pass",
  demoFeedback: "The shift leads want an offline mode",
  championConfirmed: "yes",
  proposalOn: "2027-01-20",
  quotedPrice: 6_000_000,
  discountRequest: "not_needed",
  needsLegalReview: "yes",
  securityQuestionnaire: "https://files.example.test/questions.pdf",
  securityStatus: "Complete",
  redlines: "Liability capped",
  legalStatus: "Cleared",
  objectionNotes: "Price per site",
  updatedPrice: 5_900_000,
  newProbability: 80,
  buyerCommitment: "yes",
  quoteApproval: "approved",
  signatureOn: "2027-01-31",
  kickoffOn: "2027-02-15",
};

/** Does for a deal what all the gates of the default pipeline ask, as its owner would; the approvals are the product's own. */
export async function meetGates(ctx: RequestContext, opportunityId: string): Promise<void> {
  if (ctx.actor.kind !== "user") throw new Error("Somebody must have done it");
  const job: RequestContext = { ...ctx, actor: { kind: "job", name: "test" } };
  const soon = new Date(ctx.now().getTime() + 5 * 86_400_000).toISOString().slice(0, 10);
  const { version, closeDate, amountCents } = await getOpportunity(ctx, { opportunityId });
  await updateOpportunity(ctx, {
    opportunityId,
    version,
    changes: {
      nextStep: "Call about the date",
      nextStepDue: soon,
      closeDate: closeDate ?? soon,
      amountCents: amountCents ?? 100_000,
    },
  });
  const { version: current, accountId } = await getOpportunity(ctx, { opportunityId });
  await saveStageData(job, { opportunityId, version: current, values: EVERY_FIELD });
  const { id: contactId } = await createContact(ctx, { firstName: "Dee", lastName: "Decider", accountId });
  await setContactRole(ctx, { opportunityId, contactId, role: "Decision Maker" });
  await setTeamMember(ctx, { opportunityId, userId: ctx.actor.userId, role: "Pre-sales" });
  await logActivity(ctx, {
    ...{ kind: "note", subject: "Qualification note", body: "They decide in spring", direction: "internal" },
    opportunityId,
  });
}
