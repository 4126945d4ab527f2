import { Badge, HoverCard, Text } from "@mantine/core";
import { Link } from "@remix-run/react";
import type { LinkedChip } from "#server/assistant/block.ts";
import type { Claim } from "#ai/evidence.ts";
import { When } from "../format.tsx";

/** A numbered source: hovering shows the quoted words, opening leads to the record at that place. */
export function EvidenceMark({ chip }: { chip: LinkedChip }) {
  return (
    <HoverCard width={320} shadow="md" openDelay={150} withinPortal>
      <HoverCard.Target>
        <Link to={chip.href} className="evidence-mark" aria-label={`Source ${chip.n}: ${chip.label}. ${chip.quote}`}>
          {chip.n}
        </Link>
      </HoverCard.Target>
      <HoverCard.Dropdown>
        <Text size="sm" fw={600}>
          {chip.label}
        </Text>
        <blockquote className="quote">{chip.quote}</blockquote>
        <Text size="xs" c="dimmed">
          {chip.author ? `${chip.author} · ` : ""}
          <When at={chip.occurredAt} />
        </Text>
      </HoverCard.Dropdown>
    </HoverCard>
  );
}

/** A statement with its sources; guesses and advice are marked as such. */
export function ClaimLine({ claim, chips }: { claim: Claim; chips: readonly LinkedChip[] }) {
  return (
    <li className="claim">
      <Text size="sm" component="span">
        {claim.text}{" "}
        {claim.evidence.map((n) => {
          const chip = chips.find((one) => one.n === n);
          return chip ? <EvidenceMark key={n} chip={chip} /> : null;
        })}
        {claim.kind === "fact" ? null : (
          <Badge size="xs" variant="light" color="gray" ml={4}>
            {claim.kind}
          </Badge>
        )}
      </Text>
    </li>
  );
}

/** Which engine wrote it, always in the same place. */
export function EngineLabel({ label, verified, total }: { label: string; verified?: number; total?: number }) {
  return (
    <Badge size="sm" variant="outline" color="gray" className="engine-label">
      {label}
      {verified !== undefined && total !== undefined && !label.includes("verified") && total > 0
        ? ` · ${verified} of ${total} verified`
        : ""}
    </Badge>
  );
}
