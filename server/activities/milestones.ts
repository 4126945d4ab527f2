/** Events shown among the activities of a timeline, with the words for them. */
export const EVENT_WORDS: Record<string, (data: Record<string, unknown>) => string> = {
  "opportunity.created": () => "created the opportunity",
  "opportunity.stage_changed": (data) => `moved it to ${String(data.toStage)}`,
  "opportunity.reassigned": () => "gave it to another owner",
  "opportunity.risk_judged": (data) =>
    data.isAtRisk === null
      ? "left the risk to the rules again"
      : data.isAtRisk
        ? "marked it at risk"
        : "marked it as safe",
  "account.created": () => "created the account",
  "contact.created": () => "created the contact",
  "coaching.requested": () => "asked for an acknowledgment",
  "coaching.acknowledged": () => "acknowledged the coaching",
  "coaching.escalated": (data) => `escalated unanswered coaching (level ${String(data.level)})`,
  "coaching.done": () => "finished the coaching item",
  "coaching.reopened": () => "reopened the coaching item",
  "coaching.withdrawn": () => "withdrew the coaching item",
  "review.recorded": (data) => `reviewed it: ${String(data.outcome).replace("_", " ")}`,
  "task.requested": (data) => `asked ${String(data.toName)} for help`,
  "task.booked": () => "booked a demo",
};
