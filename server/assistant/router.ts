import { tracked } from "@trpc/server";
import { procedure, router } from "#server/trpc/init.ts";
import type { StoredEvent } from "./answers/answer-store.ts";
import { AskInput, openAnswer } from "./answers/ask.ts";
import { locate, LocateInput } from "./locate.ts";
import { getStatus } from "./status.ts";
import {
  AcceptInput,
  acceptSuggestion,
  DismissInput,
  dismissSuggestion,
  listMyActions,
  nextBestAction,
  suggestionReport,
} from "./suggestions/suggestions.ts";
import { SubjectInput } from "./summaries/subject.ts";
import { getSummary, recordVisit, writeSummary } from "./summaries/summaries.ts";

export const assistantRouter = router({
  status: procedure("assistant:use").query(({ ctx }) => getStatus(ctx)),
  /** The summary as it stands; never waits for a model. */
  summary: procedure("assistant:use")
    .input(SubjectInput)
    .query(({ ctx, input }) => getSummary(ctx, input)),
  /** Writes it anew, in a model's words if there is one. */
  summarise: procedure("assistant:use")
    .input(SubjectInput)
    .mutation(({ ctx, input }) => writeSummary(ctx, input)),
  /** Called by a record's screen when it opens. */
  recordVisit: procedure("assistant:use")
    .input(SubjectInput)
    .mutation(({ ctx, input }) => recordVisit(ctx, input)),
  nextBestAction: procedure("assistant:use")
    .input(SubjectInput)
    .query(({ ctx, input }) => nextBestAction(ctx, input)),
  myActions: procedure("assistant:use").query(({ ctx }) => listMyActions(ctx)),
  acceptSuggestion: procedure("task:write")
    .input(AcceptInput)
    .mutation(({ ctx, input }) => acceptSuggestion(ctx, input)),
  dismissSuggestion: procedure("assistant:use")
    .input(DismissInput)
    .mutation(({ ctx, input }) => dismissSuggestion(ctx, input)),
  suggestionReport: procedure("assistant:use").query(({ ctx }) => suggestionReport(ctx)),
  locate: procedure("assistant:use")
    .input(LocateInput)
    .query(({ ctx, input }) => locate(ctx, input)),
  /** Streams an answer; a lost connection goes on where it stopped. */
  ask: procedure("assistant:use")
    .input(AskInput)
    // The generator comes out of a promise, so that a refusal before the first event is an ordinary, mapped error.
    .subscription(async ({ ctx, input, signal }) => {
      const events = await openAnswer(ctx, input, signal ?? new AbortController().signal);
      return track(input.answerId, events);
    }),
});

/** Event ids are "<answer id>.<n>": the client hands the last one back when it reconnects. */
async function* track(answerId: string, events: AsyncGenerator<StoredEvent>) {
  for await (const { n, event } of events) yield tracked(`${answerId}.${n}`, event);
}
