export { activitiesRouter } from "./router.ts";
export { answerOutcome, forgetActivity, recordActivity } from "./auto-log.ts";
export { listEntries } from "./entries.ts";
export { LinkFields, LINK_TYPES, resolveLinks } from "./links.ts";
export { logActivity } from "./log-activity.ts";
export { createDefaultOutcomes } from "./outcomes.ts";
