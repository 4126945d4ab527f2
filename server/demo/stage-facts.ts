import type { StageData, StageField, stage } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import type { Random } from "./random.ts";

type Stage = typeof stage.$inferSelect;

const TEXTS: Record<string, string[]> = {
  painSummary: ["Night shift types readings twice", "Downtime is found hours late", "Audits take two people a week"],
  requirements: ["Single sign-on, export to their ERP, offline mode", "Alerts within a minute, roles per site"],
  buyingProcess: ["Operations proposes, IT checks, the CFO signs", "Pilot first, then the board in spring"],
  successCriteria: ["No paper lists by summer", "Ten hours a month saved per site"],
  risks: ["The ERP is being replaced", "Budget round is open until March"],
  solutionScope: ["Twelve sites in two waves", "Pilot at two sites, then all"],
  technicalRisks: ["Sign-on of an old kind", "Weak network in hall 3"],
  demoFeedback: ["Shift leads want an offline mode", "IT liked the roles"],
  redlines: ["Liability capped at a year's fee", "Data stays in the country"],
  objectionNotes: ["Price per site", "Length of the contract"],
};

/** What an honest rep would have written down by then: all of the stages behind the deal, part of the one it is in. */
export function writeStageData(
  random: Random,
  stages: Stage[],
  at: Stage,
  amountCents: number,
  today: Date,
): StageData {
  const data: StageData = {};
  const inDays = (days: number): string => new Date(today.getTime() + days * 86_400_000).toISOString().slice(0, 10);
  for (const one of stages) {
    if (one.kind !== "open" || one.position > at.position) continue;
    const isThorough = random.chance(0.3);
    for (const field of one.fields) {
      if (one.position === at.position && !isThorough && !random.chance(0.55)) continue;
      data[field.key] = valueOf(random, field, amountCents, inDays);
    }
  }
  return data;
}

function valueOf(
  random: Random,
  field: StageField,
  amountCents: number,
  inDays: (days: number) => string,
): string | number {
  switch (field.type) {
    case "text":
      return random.pick(TEXTS[field.key] ?? ["As discussed"]);
    case "choice":
      // The last one is how it should end; "Fail" is the demo's.
      return field.key === "demoOutcome" ? (random.chance(0.9) ? "Pass" : "Fail") : field.options!.at(-1)!;
    case "yesno":
      return random.chance(0.8) ? "yes" : "no";
    case "date":
      return inDays(3 + random.int(60));
    case "money":
      return amountCents;
    case "number":
      return 50 + random.int(40);
    case "link":
      return `https://files.example/${field.key}.pdf`;
    case "approval":
      return field.key === "quoteApproval" ? "approved" : "not_needed";
  }
}

interface Walk {
  opportunityId: string;
  workspaceId: string;
  actorId: string;
  openedAt: Date;
  /** When it came to where it is. */
  enteredAt: Date;
}

/** The way to the stage: a row for each stage on it, the time shared out among them. */
export function walkTo(random: Random, stages: Stage[], at: Stage, walk: Walk) {
  const { openedAt, enteredAt, ...ids } = walk;
  const open = stages.filter(({ kind }) => kind === "open");
  const steps = at.kind === "open" ? at.position : at.kind === "won" ? open.length : 1 + random.int(open.length - 1);
  const path = [...open.slice(0, at.kind === "open" ? steps : Math.max(1, steps)), at];
  const total = Math.max(0, enteredAt.getTime() - openedAt.getTime());
  const shares = path.slice(1).map(() => 0.3 + random.next());
  const sum = shares.reduce((all, share) => all + share, 0);
  let time = openedAt.getTime();
  return path.map((stage, index) => {
    const seconds = index === 0 ? null : Math.round((total * (shares[index - 1]! / sum)) / 1000);
    time += (seconds ?? 0) * 1000;
    return {
      ...{ ...ids, id: newId(), fromStageId: path[index - 1]?.id ?? null, toStageId: stage.id },
      ...{ movedAt: new Date(time), durationSeconds: seconds },
    };
  });
}
