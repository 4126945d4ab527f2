import { z } from "zod";
import { procedure, router } from "#server/trpc/init.ts";
import { getDealPanel } from "./deal-panel.ts";
import { listStages } from "./pipeline.ts";
import { getOpportunity, listOpportunities, ListOpportunitiesInput } from "./queries.ts";
import {
  createOpportunity,
  CreateOpportunityInput,
  moveStage,
  MoveStageInput,
  removeContact,
  RemoveContactInput,
  setContactRole,
  SetContactRoleInput,
  updateOpportunity,
  UpdateOpportunityInput,
} from "./write-opportunity.ts";

const ById = z.strictObject({ opportunityId: z.uuid() });

export const opportunitiesRouter = router({
  list: procedure("opportunity:read")
    .input(ListOpportunitiesInput)
    .query(({ ctx, input }) => listOpportunities(ctx, input)),
  get: procedure("opportunity:read")
    .input(ById)
    .query(({ ctx, input }) => getOpportunity(ctx, input)),
  panel: procedure("opportunity:read")
    .input(ById)
    .query(({ ctx, input }) => getDealPanel(ctx, input)),
  stages: procedure("opportunity:read").query(({ ctx }) => listStages(ctx)),
  create: procedure("opportunity:write")
    .input(CreateOpportunityInput)
    .mutation(({ ctx, input }) => createOpportunity(ctx, input)),
  update: procedure("opportunity:write")
    .input(UpdateOpportunityInput)
    .mutation(({ ctx, input }) => updateOpportunity(ctx, input)),
  moveStage: procedure("opportunity:write")
    .input(MoveStageInput)
    .mutation(({ ctx, input }) => moveStage(ctx, input)),
  setContactRole: procedure("opportunity:write")
    .input(SetContactRoleInput)
    .mutation(({ ctx, input }) => setContactRole(ctx, input)),
  removeContact: procedure("opportunity:write")
    .input(RemoveContactInput)
    .mutation(({ ctx, input }) => removeContact(ctx, input)),
});
