import { indexConsumer } from "#server/assistant/index.ts";
import type { Consumer } from "#server/core/consumers.ts";
import { healthConsumer } from "#server/priorities/index.ts";
import { logScheduled } from "../consumers/log-scheduled.ts";
import { notifyLeadPeople } from "../consumers/notify-lead-people.ts";
import { notifyPeople } from "../consumers/notify-people.ts";
import { notifyRequests } from "../consumers/notify-requests.ts";
import type { Clock, Job } from "../define-job.ts";
import { keepAssistantIndex } from "./assistant-index.ts";
import { tellAuditHeads } from "./audit-head.ts";
import { cleanAssistant, embedAssistant, renewAssistant } from "./assistant-upkeep.ts";
import { keepDealHealth } from "./deal-health.ts";
import { escalateCoaching } from "./escalate-coaching.ts";
import { runImportJob } from "./run-import.ts";
import { breachLeads, decayLeadScores, returnLeads } from "./watch-leads.ts";

/** What follows from events outside their transaction. */
export const JOBS: readonly Job[] = [runImportJob];

/** What follows from events inside the database. */
export const CONSUMERS: readonly Consumer[] = [
  notifyPeople,
  notifyLeadPeople,
  notifyRequests,
  logScheduled,
  healthConsumer,
  indexConsumer,
];

/** What the clock starts. */
export const CLOCKS: readonly Clock[] = [
  escalateCoaching,
  breachLeads,
  returnLeads,
  decayLeadScores,
  tellAuditHeads,
  keepAssistantIndex,
  renewAssistant,
  embedAssistant,
  cleanAssistant,
  keepDealHealth,
];
