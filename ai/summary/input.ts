import type { Passage, RecordRef } from "../evidence.ts";
import type { AccountFacts, ContactFacts, DealFacts, TaskFacts } from "../records/cards.ts";

/** Everything a summary is made of: facts from the database and texts the reader may open. Nothing else is looked up. */
export interface SummaryInput {
  readonly now: Date;
  /** When this reader last opened the record; without it the last 14 days count as new. */
  readonly lastVisitAt?: Date | undefined;
  readonly account?: AccountFacts | undefined;
  readonly deals: readonly DealSummaryFacts[];
  readonly people: readonly PersonFacts[];
  readonly openTasks: readonly TaskFacts[];
  readonly changes: readonly ChangeFacts[];
  /** Notes, mails, calls, room blocks: the newest first. */
  readonly texts: readonly Passage[];
  readonly lastActivity?: LastActivity | undefined;
}

export interface LastActivity {
  readonly record: RecordRef;
  readonly kind: string;
  readonly subject: string;
  readonly at: Date;
}

export interface DealSummaryFacts extends DealFacts {
  readonly lastActivityAt?: Date | undefined;
  readonly closeDatePushes: number;
}

export interface PersonFacts extends ContactFacts {
  readonly role?: string | undefined;
  readonly lastHeardAt?: Date | undefined;
}

/** One thing that changed, already put into words by the event log. */
export interface ChangeFacts {
  readonly record: RecordRef;
  readonly label: string;
  readonly text: string;
  readonly actorName: string;
  readonly at: Date;
}

/** A sentence put together from facts, with the lines of the cards it rests on. */
export interface FactSentence {
  readonly text: string;
  readonly evidence: readonly { passage: Passage; quote: string }[];
}
