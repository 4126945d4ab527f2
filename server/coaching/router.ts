import { z } from "zod";
import { procedure, router } from "#server/trpc/init.ts";
import {
  acknowledge,
  AcknowledgeInput,
  acknowledgeMany,
  AcknowledgeManyInput,
  performAct,
  PerformActInput,
} from "./perform-act.ts";
import { addComment, AddCommentInput, listComments, resolveComment, ResolveCommentInput } from "./comments.ts";
import {
  countInbox,
  getItem,
  getReport,
  listInbox,
  ListInboxInput,
  listItems,
  ListItemsInput,
  listReviews,
  listSlaPolicies,
} from "./queries.ts";
import { recordReview, RecordReviewInput, requestCoaching, RequestCoachingInput } from "./request-coaching.ts";

export const coachingRouter = router({
  inbox: procedure("coaching:read")
    .input(ListInboxInput)
    .query(({ ctx, input }) => listInbox(ctx, input)),
  counts: procedure("coaching:read").query(({ ctx }) => countInbox(ctx)),
  list: procedure("coaching:read")
    .input(ListItemsInput)
    .query(({ ctx, input }) => listItems(ctx, input)),
  get: procedure("coaching:read")
    .input(z.strictObject({ itemId: z.uuid() }))
    .query(({ ctx, input }) => getItem(ctx, input)),
  reviews: procedure("coaching:read")
    .input(z.strictObject({ opportunityId: z.uuid() }))
    .query(({ ctx, input }) => listReviews(ctx, input)),
  report: procedure("coaching:report").query(({ ctx }) => getReport(ctx)),
  policies: procedure("coaching:read").query(({ ctx }) => listSlaPolicies(ctx)),
  request: procedure("coaching:write")
    .input(RequestCoachingInput)
    .mutation(({ ctx, input }) => requestCoaching(ctx, input)),
  review: procedure("coaching:write")
    .input(RecordReviewInput)
    .mutation(({ ctx, input }) => recordReview(ctx, input)),
  acknowledge: procedure("coaching:acknowledge")
    .input(AcknowledgeInput)
    .mutation(({ ctx, input }) => acknowledge(ctx, input)),
  acknowledgeMany: procedure("coaching:acknowledge")
    .input(AcknowledgeManyInput)
    .mutation(({ ctx, input }) => acknowledgeMany(ctx, input)),
  act: procedure("coaching:read")
    .input(PerformActInput)
    .mutation(({ ctx, input }) => performAct(ctx, input)),
  comments: procedure("room:read")
    .input(z.strictObject({ roomId: z.uuid() }))
    .query(({ ctx, input }) => listComments(ctx, input)),
  addComment: procedure("comment:write")
    .input(AddCommentInput)
    .mutation(({ ctx, input }) => addComment(ctx, input)),
  resolveComment: procedure("comment:write")
    .input(ResolveCommentInput)
    .mutation(({ ctx, input }) => resolveComment(ctx, input)),
});
