import { Button, Popover, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Day, When } from "../../components/format.tsx";
import { ScoreBadge } from "../../components/leads/score-badge.tsx";
import { SlaState } from "../../components/leads/sla-state.tsx";
import { sourceWord } from "../../components/leads/words.ts";
import type { Lead } from "./lead.ts";

/** Source, score, owner, SLA and why this owner: together, on top. */
export function Head({ lead }: { lead: Lead }) {
  const fact = (label: string, children: ReactNode) => (
    <div className="fact">
      <Text size="xs" c="dimmed" component="dt">
        {label}
      </Text>
      <dd>{children}</dd>
    </div>
  );
  return (
    <dl className="panel lead-head">
      {fact("Owner", lead.ownerName ?? <span className="muted">Nobody: in the pool</span>)}
      {fact("Score", <ScoreBadge score={lead.score} breakdown={lead.scoreBreakdown} />)}
      {fact("SLA due", <SlaState state={lead.slaState} dueAt={lead.slaDueAt} firstTouchAt={lead.firstTouchAt} />)}
      {fact("Source", [sourceWord(lead.source), lead.campaignName].filter(Boolean).join(" · "))}
      {fact("Came", <When at={lead.createdAt} />)}
      {fact(
        "Next step",
        lead.nextStep ? (
          <>
            {lead.nextStep} <Day day={lead.nextStepDue} />
          </>
        ) : (
          <span className="muted">None</span>
        ),
      )}
      <div className="fact wide">
        <Text size="xs" c="dimmed" component="dt">
          Why this owner
        </Text>
        <dd>
          <span className="break">{lead.routing?.reason ?? "Not known"}</span> <WhyNot lead={lead} />
        </dd>
      </div>
    </dl>
  );
}

/** The rules that stood before and did not match. */
function WhyNot({ lead: { routing } }: { lead: Lead }) {
  if (!routing || routing.notMatched.length === 0) return null;
  return (
    <Popover width={320} withArrow shadow="md">
      <Popover.Target>
        <Button variant="subtle" size="compact-xs">
          {routing.notMatched.length} {routing.notMatched.length === 1 ? "rule" : "rules"} did not match
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap={6}>
          {routing.notMatched.map(({ key, name, why }) => (
            <Text size="sm" key={key}>
              <b>{name}</b>: {why}
            </Text>
          ))}
          <Text size="xs" c="dimmed">
            Rules, version {routing.ruleVersion}
          </Text>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
