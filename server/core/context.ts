import type { Database } from "#db/client.ts";
import type { Logger } from "./log.ts";
import type { Role } from "./permissions.ts";

/** A signed-in person and whose records he sees: himself and everybody below him in the hierarchy of teams. */
export interface UserActor {
  kind: "user";
  userId: string;
  name: string;
  email: string;
  role: Role;
  teamId: string | null;
  timeZone: string;
  seesAll: boolean;
  ownerIds: string[];
  sessionIdHash: string | null;
}

/** The product itself, acting on a whole workspace. */
export interface JobActor {
  kind: "job";
  name: string;
}

/** First argument of every domain function. Inside `withTransaction` its `db` is the open transaction. */
export interface RequestContext {
  db: Database;
  workspaceId: string;
  actor: UserActor | JobActor;
  requestId: string;
  log: Logger;
  now(): Date;
}

/** Id for "who did this" columns: the user's id, or the job's name. */
export const actorId = ({ actor }: RequestContext): string =>
  actor.kind === "user" ? actor.userId : `job:${actor.name}`;

/** The signed-in person. @throws Error when a job calls a use case that needs one: a mistake of ours. */
export function requireUser({ actor }: RequestContext): UserActor {
  if (actor.kind !== "user") throw new Error(`Job ${actor.name} called a use case that needs a person`);
  return actor;
}
