import { z } from "zod";
import { procedure, router } from "#server/trpc/init.ts";
import { BoardInput, getBoard, getStageTimes, StageTimesInput } from "./board.ts";
import { bulkUpdate, BulkUpdateInput } from "./bulk-update.ts";
import { getDataQuality } from "./data-quality.ts";
import { listViews, removeView, RemoveViewInput, saveView, SaveViewInput } from "./saved-views.ts";
import { removeCompetitor, RemoveCompetitorInput, setCompetitor, SetCompetitorInput } from "./competitors.ts";
import { getDealPanel } from "./deal-panel.ts";
import { saveStageData, SaveStageDataInput } from "./gates/save-stage-data.ts";
import { waiveCriterion, WaiveCriterionInput } from "./gates/waive-criterion.ts";
import { getFieldHistory } from "./field-history.ts";
import { moveStage, MoveStageInput, previewMove, PreviewMoveInput } from "./move-stage.ts";
import { listStages } from "./pipeline.ts";
import { getOpportunity, listOpportunities, ListOpportunitiesInput } from "./queries.ts";
import {
  createPipeline,
  CreatePipelineInput,
  listPipelines,
  savePipeline,
  SavePipelineInput,
} from "./save-pipeline.ts";
import { removeTeamMember, RemoveTeamMemberInput, setTeamMember, SetTeamMemberInput } from "./team.ts";
import {
  createOpportunity,
  CreateOpportunityInput,
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
  board: procedure("opportunity:read")
    .input(BoardInput)
    .query(({ ctx, input }) => getBoard(ctx, input)),
  stageTimes: procedure("opportunity:read")
    .input(StageTimesInput)
    .query(({ ctx, input }) => getStageTimes(ctx, input)),
  dataQuality: procedure("opportunity:read").query(({ ctx }) => getDataQuality(ctx)),
  views: procedure("opportunity:read").query(({ ctx }) => listViews(ctx)),
  saveView: procedure("opportunity:read")
    .input(SaveViewInput)
    .mutation(({ ctx, input }) => saveView(ctx, input)),
  removeView: procedure("opportunity:read")
    .input(RemoveViewInput)
    .mutation(({ ctx, input }) => removeView(ctx, input)),
  bulkUpdate: procedure("opportunity:write")
    .input(BulkUpdateInput)
    .mutation(({ ctx, input }) => bulkUpdate(ctx, input)),
  previewMove: procedure("opportunity:read")
    .input(PreviewMoveInput)
    .query(({ ctx, input }) => previewMove(ctx, input)),
  fieldHistory: procedure("opportunity:read")
    .input(ById)
    .query(({ ctx, input }) => getFieldHistory(ctx, input)),
  pipelines: procedure("settings:manage").query(({ ctx }) => listPipelines(ctx)),
  createPipeline: procedure("settings:manage")
    .input(CreatePipelineInput)
    .mutation(({ ctx, input }) => createPipeline(ctx, input)),
  savePipeline: procedure("settings:manage")
    .input(SavePipelineInput)
    .mutation(({ ctx, input }) => savePipeline(ctx, input)),
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
  saveStageData: procedure("opportunity:write")
    .input(SaveStageDataInput)
    .mutation(({ ctx, input }) => saveStageData(ctx, input)),
  waiveCriterion: procedure("opportunity:approve")
    .input(WaiveCriterionInput)
    .mutation(({ ctx, input }) => waiveCriterion(ctx, input)),
  setTeamMember: procedure("opportunity:write")
    .input(SetTeamMemberInput)
    .mutation(({ ctx, input }) => setTeamMember(ctx, input)),
  removeTeamMember: procedure("opportunity:write")
    .input(RemoveTeamMemberInput)
    .mutation(({ ctx, input }) => removeTeamMember(ctx, input)),
  setCompetitor: procedure("opportunity:write")
    .input(SetCompetitorInput)
    .mutation(({ ctx, input }) => setCompetitor(ctx, input)),
  removeCompetitor: procedure("opportunity:write")
    .input(RemoveCompetitorInput)
    .mutation(({ ctx, input }) => removeCompetitor(ctx, input)),
  setContactRole: procedure("opportunity:write")
    .input(SetContactRoleInput)
    .mutation(({ ctx, input }) => setContactRole(ctx, input)),
  removeContact: procedure("opportunity:write")
    .input(RemoveContactInput)
    .mutation(({ ctx, input }) => removeContact(ctx, input)),
});
