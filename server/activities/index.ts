export { activitiesRouter } from "./router.ts";
export { logActivity } from "./log-activity.ts";
export { getTimeline, type TimelineEntry } from "./timeline.ts";
