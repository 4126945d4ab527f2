import { generateAnswer } from "#ai/answer/generate.ts";
import { PROMPT_VERSION } from "#ai/answer/prompt.ts";
import { EvidenceList, type Claim, type Passage } from "#ai/evidence.ts";
import { LABEL } from "#ai/labels.ts";
import { ModelError } from "#ai/model-error.ts";
import { accountPassage, contactPassage, dealPassage, taskPassage } from "#ai/records/cards.ts";
import type { SummaryInput } from "#ai/summary/input.ts";
import { SUMMARY_VERSION, type Summary } from "#ai/summary/summarise.ts";
import type { TokenUsage } from "#ai/model.ts";
import { withRandomHandles } from "../handles.ts";
import type { AssistantModel } from "../model-provider.ts";

const MOST_TEXTS = 24;
const MOST_CARDS = 16;

export interface GeneratedSummary {
  summary: Summary;
  dropped: Record<string, number>;
  usage: TokenUsage | undefined;
}

/** Which wording a stored summary has: another template, prompt or model makes it stale. */
export const recipeOf = (model: AssistantModel | undefined): string =>
  model ? `${SUMMARY_VERSION} ${PROMPT_VERSION} ${model.capabilities.chatModel}` : SUMMARY_VERSION;

/**
 * The summary in a model's words, every claim verified. Standing, changes and sums stay computed: only sections made from texts are the model's.
 * @throws ModelError when the model gave nothing usable.
 */
export async function generateSummary(
  model: AssistantModel,
  input: SummaryInput,
  computed: Summary,
): Promise<GeneratedSummary> {
  const passages = withRandomHandles([...cards(input).slice(0, MOST_CARDS), ...input.texts.slice(0, MOST_TEXTS)]);
  const written = ["Risks and objections", "Commitments and next steps", "Open questions"];
  const stream = generateAnswer({
    ...model,
    task: `Summarise ${input.account?.name ?? input.deals[0]?.name ?? "this record"} for its account team: at most four claims per section.`,
    now: input.now,
    passages,
    sections: written,
    facts: [],
    // The passages were read under this user's rights a moment ago, and the finished summary passes the gate again before it is shown or kept.
    mayRead: () => true,
  });
  const evidence = new EvidenceList();
  const kept = computed.sections.filter(({ title }) => !written.includes(title));
  const sections = new Map<string, Claim[]>(
    kept.map(({ title, claims }) => [
      title,
      claims.map((claim) => ({ ...claim, evidence: claim.evidence.map((n) => carry(evidence, computed, n)) })),
    ]),
  );
  for (const title of written) sections.set(title, []);
  const dropped: Record<string, number> = {};
  for (;;) {
    const next = await stream.next();
    if (next.done) {
      const { verified, total, usage } = next.value;
      if (verified === 0) throw new ModelError("bad_reply", "no statement of the model could be verified");
      const list = [...sections].map(([title, claims]) => ({ title, claims }));
      return {
        summary: {
          label: LABEL.generated(model.capabilities.chatModel, verified, total),
          sections: list,
          evidence: evidence.list(),
          verified,
          total,
        },
        dropped,
        usage,
      };
    }
    const piece = next.value;
    if (piece.kind === "dropped") dropped[piece.check] = (dropped[piece.check] ?? 0) + 1;
    else {
      const { text, kind, confidence, evidence: cited } = piece.claim;
      const title = sections.has(piece.section) ? piece.section : "Risks and objections";
      sections
        .get(title)
        ?.push({ text, kind, confidence, evidence: cited.map(({ passage, quote }) => evidence.add(passage, quote)) });
    }
  }
}

function cards({ account, deals, people, openTasks }: SummaryInput): Passage[] {
  return [
    ...(account ? [accountPassage(account)] : []),
    ...deals.slice(0, 6).map(dealPassage),
    ...people.slice(0, 5).map(contactPassage),
    ...openTasks.slice(0, 5).map(taskPassage),
  ];
}

/** Takes a chip of the computed summary over into the new list. */
function carry(evidence: EvidenceList, computed: Summary, n: number): number {
  const chip = computed.evidence[n - 1];
  if (!chip) throw new RangeError(`no evidence ${n}`);
  return evidence.addChip(chip);
}
