export { opportunitiesRouter } from "./router.ts";
export { createDefaultPipeline, listStages } from "./pipeline.ts";
export { getOpportunity, listOpportunities } from "./queries.ts";
export { getDealPanel } from "./deal-panel.ts";
export { createOpportunity, setContactRole, updateOpportunity } from "./write-opportunity.ts";
export { moveStage } from "./move-stage.ts";
export { setTeamMember } from "./team.ts";
export { saveStageData } from "./gates/save-stage-data.ts";
export { GateRefusedError } from "./gates/gate-refused-error.ts";
