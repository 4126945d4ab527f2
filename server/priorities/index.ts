export { prioritiesRouter } from "./router.ts";
export { healthConsumer, keepAllHealth } from "./health/follow.ts";
export { countFeed, getFeed } from "./feed/feed.ts";
