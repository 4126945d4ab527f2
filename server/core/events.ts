import { insertRows } from "#db/insert-rows.ts";
import { eventInbox, type FieldChange } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import { actorId, type RequestContext } from "./context.ts";
import { markEmitted } from "./transaction.ts";

export type SubjectType =
  | "account"
  | "contact"
  | "opportunity"
  | "lead"
  | "activity"
  | "task"
  | "room"
  | "coaching_item"
  | "review"
  | "comment"
  | "import_run"
  | "user"
  | "team"
  | "suggestion"
  | "workspace";

export interface NewEvent {
  /** A past fact: `opportunity.stage_changed`. */
  type: `${string}.${string}`;
  subject: { type: SubjectType; id: string };
  changes?: Record<string, FieldChange>;
  /** Ids and plain values that followers need; no text that a reader of the subject may not see. */
  data?: Record<string, unknown>;
}

/** Tells the rest of the product what happened, in the same transaction as the change itself. */
export const emitEvent = (ctx: RequestContext, event: NewEvent): Promise<void> => emitEvents(ctx, [event]);

/** Many at once, for imports and bulk acts: one statement. */
export async function emitEvents(ctx: RequestContext, events: NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  await insertRows(
    ctx.db,
    eventInbox,
    events.map((event) => ({
      workspaceId: ctx.workspaceId,
      eventId: newId(),
      type: event.type,
      subjectType: event.subject.type,
      subjectId: event.subject.id,
      actorKind: ctx.actor.kind,
      actorId: actorId(ctx),
      requestId: ctx.requestId,
      payload: { ...(event.changes ? { changes: event.changes } : {}), ...(event.data ? { data: event.data } : {}) },
      occurredAt: ctx.now(),
    })),
  );
  markEmitted(ctx.db);
}

/** The fields of `after` that differ from `before`, as an event's `changes`. Undefined means "not touched". */
export function changedFields<T extends object>(before: T, after: Partial<T>): Record<string, FieldChange> {
  const changes: Record<string, FieldChange> = {};
  for (const [field, value] of Object.entries(after)) {
    const old = before[field as keyof T];
    if (value !== undefined && JSON.stringify(value) !== JSON.stringify(old))
      changes[field] = [old ?? null, value ?? null];
  }
  return changes;
}
