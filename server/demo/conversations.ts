import type { ActivityKind } from "#db/schema/index.ts";
import type { Random } from "./random.ts";
import { COMPETITORS, NEEDS, OBJECTIONS } from "./vocabulary.ts";

export interface DemoDeal {
  account: string;
  product: string;
  amount: number;
  champion: string;
  decisionMaker: string | null;
  rep: string;
}

export interface DemoActivity {
  kind: ActivityKind;
  direction: "inbound" | "outbound" | "internal";
  subject: string;
  body: string;
  outcome: string | null;
  daysAgo: number;
}

/** What is wrong with a deal, so that there is something for the product to notice. */
export const PROBLEMS = ["none", "silence", "pushed", "no_decision_maker", "competitor", "unanswered_mail"] as const;
export type Problem = (typeof PROBLEMS)[number];

/** A conversation of five to seven contacts over some weeks; every deal's own, by its people, need and objection. */
export function writeConversation(random: Random, deal: DemoDeal, problem: Problem): DemoActivity[] {
  const need = random.pick(NEEDS);
  const objection = random.pick(OBJECTIONS);
  const competitor = random.pick(COMPETITORS);
  const sites = 2 + random.int(30);
  const money = `$${deal.amount.toLocaleString("en-US")}`;
  const boss = deal.decisionMaker ?? "the management";
  const last = problem === "silence" ? 16 + random.int(20) : 1 + random.int(5);
  const gap = (): number => 3 + random.int(6);
  const days = [last];
  while (days.length < 7) days.push(days.at(-1)! + gap());
  const at = (step: number): number => days[6 - step]!;
  const activities: DemoActivity[] = [
    {
      kind: "call",
      direction: "outbound",
      subject: `First call with ${deal.account}`,
      outcome: "Connected",
      daysAgo: at(0),
      body: `${deal.champion} looks for ${need} at ${sites} sites. They use spreadsheets and an old system nobody maintains. Budget round is under way; ${boss} decides in the end. Agreed: I send the overview of ${deal.product}.`,
    },
    {
      kind: "email",
      direction: "outbound",
      subject: `Overview of ${deal.product}`,
      outcome: null,
      daysAgo: at(1),
      body: `Hello ${deal.champion.split(" ")[0]},\n\nas agreed, here is the overview of ${deal.product}, with the case of a company of your size that reached ${need} in four months. Which two of your ${sites} sites would you start with?\n\nBest regards\n${deal.rep}`,
    },
    {
      kind: "email",
      direction: "inbound",
      subject: `Re: Overview of ${deal.product}`,
      outcome: null,
      daysAgo: at(2),
      body: `Hi ${deal.rep.split(" ")[0]},\n\nthank you, this is close to what we need. We would start with ${1 + random.int(4)} sites in spring. One worry from our side: ${objection.charAt(0).toLowerCase()}${objection.slice(1)}. Can we talk it through?\n\n${deal.champion}`,
    },
    {
      kind: "meeting",
      direction: "outbound",
      subject: `Discovery meeting, ${deal.account}`,
      outcome: "Requirements agreed",
      daysAgo: at(3),
      body: `Present: ${deal.champion}, two people of IT${deal.decisionMaker ? `, ${deal.decisionMaker} for the first half` : ""}. Must have: ${need}, single sign-on, export to their ERP. Objection: ${objection}. Value they see: about ${10 + random.int(60)} hours a month. Price of ${money} was named and not refused.`,
    },
  ];
  if (problem === "competitor") {
    activities.push({
      kind: "call",
      direction: "outbound",
      subject: `${competitor} is in the game`,
      outcome: "Connected",
      daysAgo: at(4),
      body: `${deal.champion} said that ${competitor} presented on Tuesday and offered ${10 + random.int(20)} % less. IT likes their interface; operations doubts their support. We need a comparison before ${boss} sees both.`,
    });
  } else if (problem === "pushed") {
    activities.push({
      kind: "call",
      direction: "outbound",
      subject: "Decision moved again",
      outcome: "Postponed",
      daysAgo: at(4),
      body: `The decision was moved to next month, the second time. Reason given: ${objection.charAt(0).toLowerCase()}${objection.slice(1)}. ${deal.champion} could not say who asked for the delay.`,
    });
  } else {
    activities.push({
      kind: "meeting",
      direction: "outbound",
      subject: `Demo of ${deal.product}`,
      outcome: "Went well",
      daysAgo: at(4),
      body: `Showed ${deal.product} on their own data of ${1 + random.int(9)} sites. ${deal.champion} was convinced; the shift leads asked for an offline mode. Open: ${objection.charAt(0).toLowerCase()}${objection.slice(1)}.`,
    });
  }
  activities.push({
    kind: "note",
    direction: "internal",
    subject: "Where we stand",
    outcome: null,
    daysAgo: at(5),
    body:
      problem === "no_decision_maker"
        ? `We still talk to ${deal.champion} only. Nobody above has seen ${deal.product}, and ${deal.champion} avoids the question who signs.`
        : `${deal.champion} carries it inside. ${deal.decisionMaker ? `${deal.decisionMaker} wants the numbers on one page.` : "Who signs is not clear."} Value and price are understood.`,
  });
  if (problem === "unanswered_mail") {
    activities.push({
      kind: "email",
      direction: "inbound",
      subject: "Question before we go on",
      outcome: null,
      daysAgo: at(6),
      body: `Hello ${deal.rep.split(" ")[0]},\n\nbefore we take this to ${boss}: can you confirm in writing that our records stay in the country, and what the price is for ${sites + 5} sites? We meet on this next week.\n\n${deal.champion}`,
    });
  } else if (problem !== "silence") {
    activities.push({
      kind: "call",
      direction: "outbound",
      subject: "Short check-in",
      outcome: random.pick(["Connected", "Voicemail"]),
      daysAgo: at(6),
      body: `Asked about the budget round. Answer in the coming days; ${deal.champion} will bring ${boss} to the next call.`,
    });
  }
  return activities;
}
