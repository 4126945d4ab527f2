export { opportunitiesRouter } from "./router.ts";
export { createDefaultPipeline, DEFAULT_STAGES, listStages } from "./pipeline.ts";
export { getOpportunity, listOpportunities } from "./queries.ts";
export { getDealPanel } from "./deal-panel.ts";
export { createOpportunity, moveStage, setContactRole, updateOpportunity } from "./write-opportunity.ts";
