import { Button, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { When } from "../../components/format.tsx";
import { EmptyState, ErrorState, RowsSkeleton } from "../../components/states.tsx";
import { trpc } from "../../trpc.ts";

const ACTS: Record<string, string> = {
  "account.created": "created the account",
  "account.updated": "changed",
  "account.imported": "imported the account",
  "account.objective_added": "added an objective",
  "account.objective_changed": "changed an objective",
  "account.objective_removed": "removed an objective",
  "share.granted": "took somebody into the team",
  "share.revoked": "took somebody out of the team",
};
const FIELDS: Record<string, string> = {
  parentAccountId: "parent",
  ownerId: "owner",
  planReviewOn: "next review",
  annualRevenueCents: "annual revenue",
};

const show = (value: unknown): string =>
  value === null || value === undefined || value === "" ? "nothing" : `“${String(value).slice(0, 120)}”`;

/** Who changed what of the account itself, newest first. */
export default function AccountHistory({ accountId }: { accountId: string }) {
  const list = useInfiniteQuery(
    trpc.accounts.history.infiniteQueryOptions(
      { accountId },
      { initialCursor: null, getNextPageParam: (page) => page.nextCursor },
    ),
  );
  if (list.isPending) return <RowsSkeleton rows={5} />;
  if (list.isError) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  const entries = list.data.pages.flatMap((page) => page.entries);
  if (entries.length === 0) return <EmptyState title="Nothing has changed yet" />;
  return (
    <section className="panel" aria-label="History">
      <ol className="ledger">
        {entries.map(({ seq, type, actorName, occurredAt, changes, data }) => (
          <li key={seq}>
            <Text size="sm">
              <strong>{actorName ?? "Ringside"}</strong> {ACTS[type] ?? type.replace(/[._]/g, " ")}
              {typeof data.title === "string" ? `: ${data.title}` : ""}{" "}
              <span className="muted">
                <When at={occurredAt} />
              </span>
            </Text>
            {Object.entries(changes).map(([field, [before, after]]) => (
              <Text key={field} size="xs" c="dimmed">
                {FIELDS[field] ?? field}: {show(before)} to {show(after)}
              </Text>
            ))}
          </li>
        ))}
      </ol>
      {list.hasNextPage ? (
        <Button size="xs" variant="subtle" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Show earlier changes
        </Button>
      ) : null}
    </section>
  );
}
