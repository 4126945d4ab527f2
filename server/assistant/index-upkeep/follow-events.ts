import type { Consumer } from "#server/core/consumers.ts";
import { INDEXED_KINDS } from "./load-documents.ts";
import { markRecords } from "./mark-pending.ts";

export const INDEX_CONSUMER = "assistant.index";

/**
 * Follows the log and marks what is out of date in the index. Marking is all it does, so it never holds up the log; what hangs on a changed record is found
 * when that record is indexed. An import tells of each record by itself.
 */
export const indexConsumer: Consumer = {
  name: INDEX_CONSUMER,
  wants: (type) => !type.startsWith("suggestion.") && !type.startsWith("user.") && !type.startsWith("team."),
  async handle(ctx, events) {
    for (const kind of INDEXED_KINDS) {
      const ofKind = events.filter(({ subjectType }) => subjectType === kind);
      const ids = new Set(ofKind.map(({ subjectId }) => subjectId));
      await markRecords(ctx, kind, [...ids], Math.max(...ofKind.map(({ workspaceSeq }) => workspaceSeq)));
    }
  },
};
