import type { RequestContext } from "#server/core/context.ts";
import type { LoggedEvent } from "#server/core/consumers.ts";

/** Ids only: a job reads what it needs under its workspace's rights when it runs. */
export interface JobPayload {
  workspaceId: string;
  eventId: string;
  type: string;
  subjectId: string;
  data: Record<string, unknown>;
}

/** Work that follows an event and may not happen inside its transaction: calls to a model, mail, long imports. */
export interface Job {
  /** Queue of the job: `import.run`. */
  name: string;
  /** Types of events it follows. */
  on: readonly string[];
  /** Attempts before it is set aside for an administrator. */
  maxAttempts: number;
  /** Longest time that one attempt may take; a killed worker's job is tried again after it. */
  expireSeconds: number;
  /** Must be safe to repeat: a worker may die after the work and before saying so. */
  run(ctx: RequestContext, payload: JobPayload): Promise<void>;
}

export const defineJob = (job: Job): Job => job;

/** Work that the clock starts, on every worker; each run must be safe beside another. */
export interface Clock {
  name: string;
  everySeconds: number;
  run(services: ClockServices): Promise<void>;
}

export interface ClockServices {
  contextFor(workspaceId: string): RequestContext;
  /** Whether the process is shutting down: long work ends at its next step, and is found again by the next start. */
  isStopping(): boolean;
}

export const defineClock = (clock: Clock): Clock => clock;

export const payloadOf = (event: LoggedEvent): JobPayload => ({
  workspaceId: event.workspaceId,
  eventId: event.eventId,
  type: event.type,
  subjectId: event.subjectId,
  data: event.payload.data ?? {},
});
