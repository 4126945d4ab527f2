export { coachingRouter } from "./router.ts";
export { escalateDue, managersAbove } from "./escalate.ts";
export { listRoomAnchors, saveResolvedAnchors, type ItemAnchor, type ResolvedAnchor } from "./anchors.ts";
export { requestCoaching, recordReview } from "./request-coaching.ts";
export { acknowledge } from "./perform-act.ts";
