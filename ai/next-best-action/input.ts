import type { Passage, RecordRef } from "../evidence.ts";
import type { DealSummaryFacts } from "../summary/input.ts";

/** What the rules know of one open deal. Texts are sentences in which a cue was found, newest first. */
export interface DealSignals {
  readonly deal: DealSummaryFacts;
  readonly ownerId: string;
  readonly isProposalOrLater: boolean;
  readonly isFirstStage: boolean;
  /** Days without activity that are normal in this stage. */
  readonly idleDays: number;
  /** How long deals of this workspace stay in this stage, when at least five have left it. */
  readonly stageNorm?: { readonly p75Days: number; readonly deals: number } | undefined;
  readonly openTasks: readonly { readonly title: string; readonly dueOn?: string | undefined }[];
  readonly contacts: readonly DealContact[];
  readonly lastOutboundAt?: Date | undefined;
  readonly unanswered?: Passage | undefined;
  readonly objections: readonly TextSign[];
  readonly competitors: readonly TextSign[];
  readonly legal: readonly TextSign[];
  readonly expansion: readonly TextSign[];
  /** When the running contract ends, if it is known. */
  readonly renewal?:
    | { readonly endsOn: string; readonly hasOpportunity: boolean; readonly evidence: Passage; readonly quote: string }
    | undefined;
}

export interface DealContact {
  readonly id: string;
  readonly name: string;
  readonly role?: string | undefined;
  readonly lastHeardAt?: Date | undefined;
}

/** A quotation that shows a cue. */
export interface TextSign {
  readonly passage: Passage;
  readonly quote: string;
  readonly at: Date;
}

export type ActionKind = "create_task" | "log_activity" | "set_next_step" | "add_contact" | "update_close_date";

/** One thing to do now, with why, and what makes it go away. */
export interface NextBestAction {
  readonly rule: string;
  readonly ruleName: string;
  readonly target: RecordRef;
  readonly action: ActionKind;
  readonly title: string;
  readonly dueInDays: number;
  readonly reason: string;
  /** The figures the condition compared, by name. */
  readonly numbers: Readonly<Record<string, number>>;
  readonly evidence: readonly { readonly passage: Passage; readonly quote: string }[];
  readonly clears: string;
  /** 0 can wait, 1 today. */
  readonly urgency: number;
}

/** A rule looks at one deal and says nothing or one action. Pure: the clock is an argument. */
export interface Rule {
  readonly id: string;
  readonly name: string;
  check(signals: DealSignals, now: Date): Omit<NextBestAction, "rule" | "ruleName" | "target"> | undefined;
}
