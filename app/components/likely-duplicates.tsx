import { Alert, Anchor, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { Link } from "@remix-run/react";
import { useQuery } from "@tanstack/react-query";
import { trpc } from "../trpc.ts";

/** Accounts that are probably the one being typed, so that it is opened and not made twice. */
export function LikelyDuplicates({ name, domain, onOpen }: { name: string; domain: string; onOpen(): void }) {
  const [typed] = useDebouncedValue(JSON.stringify({ name: name.trim(), domain: domain.trim() }), 250);
  const input = JSON.parse(typed) as { name: string; domain: string };
  const found = useQuery({
    ...trpc.accounts.duplicates.queryOptions({ name: input.name, domain: input.domain || null }),
    enabled: input.name.length >= 2,
  });
  if (!found.data?.length) return null;
  return (
    <Alert color="yellow" variant="light" title="Is it one of these?" role="status">
      {found.data.map((row) => (
        <Text key={row.id} size="sm">
          <Anchor component={Link} to={`/apps/crm/accounts/${row.id}`} onClick={onOpen}>
            {row.name}
          </Anchor>{" "}
          <span className="muted">
            {[row.reason === "domain" ? "same domain" : "similar name", row.ownerName].filter(Boolean).join(" · ")}
          </span>
        </Text>
      ))}
    </Alert>
  );
}
