import { z } from "zod";
import { procedure, router } from "#server/trpc/init.ts";
import { createCampaign, CreateCampaignInput, listCampaigns } from "./campaigns.ts";
import { ConvertLeadInput } from "./convert-input.ts";
import { convertLead } from "./convert-lead.ts";
import { createLead, CreateLeadInput } from "./create-lead.ts";
import { listDuplicates } from "./find-duplicates.ts";
import { getLead, listLeads, ListLeadsInput } from "./queries.ts";
import {
  flagLead,
  FlagLeadInput,
  proposeOwners,
  ProposeOwnersInput,
  reassignLeads,
  ReassignLeadsInput,
  replayAssignment,
} from "./reassign-leads.ts";
import { listRules, saveRules } from "./rules.ts";
import { SaveRulesInput } from "./rules-input.ts";
import { listSlaPolicies, updateSlaPolicy, UpdateSlaPolicyInput } from "./sla-policies.ts";
import { recordSignal, RecordSignalInput } from "./signals.ts";
import { createForm, CreateFormInput, listForms, updateForm, UpdateFormInput } from "./web-forms.ts";
import { undoConversion } from "./undo-conversion.ts";
import {
  planFollowUp,
  PlanFollowUpInput,
  setLeadStatus,
  SetStatusInput,
  updateLead,
  UpdateLeadInput,
} from "./write-lead.ts";

export const leadsRouter = router({
  list: procedure("lead:read")
    .input(ListLeadsInput)
    .query(({ ctx, input }) => listLeads(ctx, input)),
  get: procedure("lead:read")
    .input(z.strictObject({ leadId: z.uuid() }))
    .query(({ ctx, input }) => getLead(ctx, input)),
  create: procedure("lead:write")
    .input(CreateLeadInput)
    .mutation(({ ctx, input }) => createLead(ctx, input)),
  update: procedure("lead:write")
    .input(UpdateLeadInput)
    .mutation(({ ctx, input }) => updateLead(ctx, input)),
  setStatus: procedure("lead:write")
    .input(SetStatusInput)
    .mutation(({ ctx, input }) => setLeadStatus(ctx, input)),
  planFollowUp: procedure("lead:write")
    .input(PlanFollowUpInput)
    .mutation(({ ctx, input }) => planFollowUp(ctx, input)),
  recordSignal: procedure("lead:write")
    .input(RecordSignalInput)
    .mutation(({ ctx, input }) => recordSignal(ctx, input)),
  reassign: procedure("lead:assign")
    .input(ReassignLeadsInput)
    .mutation(({ ctx, input }) => reassignLeads(ctx, input)),
  proposeOwners: procedure("lead:assign")
    .input(ProposeOwnersInput)
    .query(({ ctx, input }) => proposeOwners(ctx, input)),
  flag: procedure("lead:assign")
    .input(FlagLeadInput)
    .mutation(({ ctx, input }) => flagLead(ctx, input)),
  replayAssignment: procedure("lead:read")
    .input(z.strictObject({ assignmentId: z.uuid() }))
    .query(({ ctx, input }) => replayAssignment(ctx, input)),
  duplicates: procedure("lead:read")
    .input(z.strictObject({ leadId: z.uuid() }))
    .query(({ ctx, input }) => listDuplicates(ctx, input)),
  convert: procedure("lead:convert")
    .input(ConvertLeadInput)
    .mutation(({ ctx, input }) => convertLead(ctx, input)),
  undoConversion: procedure("lead:convert")
    .input(z.strictObject({ leadId: z.uuid() }))
    .mutation(({ ctx, input }) => undoConversion(ctx, input)),
  campaigns: procedure("lead:read").query(({ ctx }) => listCampaigns(ctx)),
  createCampaign: procedure("lead:assign")
    .input(CreateCampaignInput)
    .mutation(({ ctx, input }) => createCampaign(ctx, input)),
  slaPolicies: procedure("lead:read").query(({ ctx }) => listSlaPolicies(ctx)),
  updateSlaPolicy: procedure("settings:manage")
    .input(UpdateSlaPolicyInput)
    .mutation(({ ctx, input }) => updateSlaPolicy(ctx, input)),
  forms: procedure("settings:manage").query(({ ctx }) => listForms(ctx)),
  createForm: procedure("settings:manage")
    .input(CreateFormInput)
    .mutation(({ ctx, input }) => createForm(ctx, input)),
  updateForm: procedure("settings:manage")
    .input(UpdateFormInput)
    .mutation(({ ctx, input }) => updateForm(ctx, input)),
  rules: procedure("settings:manage").query(({ ctx }) => listRules(ctx)),
  saveRules: procedure("settings:manage")
    .input(SaveRulesInput)
    .mutation(({ ctx, input }) => saveRules(ctx, input)),
});
