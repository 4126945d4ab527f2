import { DateTime } from "luxon";
import type { RequestContext } from "./context.ts";

/** The calendar day it is for whoever acts: in the person's time zone, for jobs in UTC. ISO. */
export const todayOf = (ctx: RequestContext): string =>
  DateTime.fromJSDate(ctx.now(), { zone: zoneOf(ctx) }).toISODate()!;

/** The day a moment falls on, as `todayOf` counts days. */
export const dayOf = (ctx: RequestContext, at: Date): string =>
  DateTime.fromJSDate(at, { zone: zoneOf(ctx) }).toISODate()!;

const zoneOf = ({ actor }: RequestContext): string => (actor.kind === "user" ? actor.timeZone : "UTC");
