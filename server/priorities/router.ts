import { procedure, router } from "#server/trpc/init.ts";
import {
  dismissCard,
  DismissCardInput,
  listDecisions,
  snoozeCard,
  SnoozeInput,
  undoDecision,
  UndoDecisionInput,
} from "./feed/decide.ts";
import { countFeed, FeedCountsInput, FeedInput, getFeed } from "./feed/feed.ts";
import { getHealth, HealthInput, judgeRisk, JudgeRiskInput } from "./health/judge.ts";
import { getRiskRules, PublishRulesInput, publishRiskRules } from "./health/risk-rules.ts";

export const prioritiesRouter = router({
  feed: procedure("opportunity:read")
    .input(FeedInput)
    .query(({ ctx, input }) => getFeed(ctx, input)),
  counts: procedure("opportunity:read")
    .input(FeedCountsInput)
    .query(({ ctx, input }) => countFeed(ctx, input)),
  snooze: procedure("opportunity:read")
    .input(SnoozeInput)
    .mutation(({ ctx, input }) => snoozeCard(ctx, input)),
  dismiss: procedure("opportunity:read")
    .input(DismissCardInput)
    .mutation(({ ctx, input }) => dismissCard(ctx, input)),
  undo: procedure("opportunity:read")
    .input(UndoDecisionInput)
    .mutation(({ ctx, input }) => undoDecision(ctx, input)),
  decisions: procedure("opportunity:read").query(({ ctx }) => listDecisions(ctx)),
  health: procedure("opportunity:read")
    .input(HealthInput)
    .query(({ ctx, input }) => getHealth(ctx, input)),
  judge: procedure("opportunity:write")
    .input(JudgeRiskInput)
    .mutation(({ ctx, input }) => judgeRisk(ctx, input)),
  rules: procedure("opportunity:read").query(({ ctx }) => getRiskRules(ctx)),
  publishRules: procedure("settings:manage")
    .input(PublishRulesInput)
    .mutation(({ ctx, input }) => publishRiskRules(ctx, input)),
});
