import { Stack, Text } from "@mantine/core";
import type { MetaFunction } from "@remix-run/node";
import { useQuery } from "@tanstack/react-query";
import { fromMemory, useInitialData, type Outputs } from "../../client-navigation.ts";
import { When } from "../../components/format.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { ErrorState, RowsSkeleton } from "../../components/states.tsx";
import { trpc } from "../../trpc.ts";
import { withCaller } from "../../with-caller.ts";
import { AssignmentRules } from "./assignment-rules.tsx";
import { ScoreRules } from "./score-rules.tsx";
import { SlaPolicies } from "./sla-policies.tsx";
import { WebForms } from "./web-forms.tsx";

export const meta: MetaFunction = () => [{ title: "Lead rules · Ringside" }];
export const loader = withCaller(({ caller }) => caller.leads.rules());
export const clientLoader = fromMemory;

export type Rules = Outputs["leads"]["rules"];

/** Who gets which lead, how fast, and what makes it a good one: rules as data, each change a version. */
export default function LeadRulesPage() {
  const initial = useInitialData<Rules>();
  const rules = useQuery({ ...trpc.leads.rules.queryOptions(), ...(initial ? { initialData: initial } : {}) });
  if (rules.isPending) return <RowsSkeleton />;
  if (rules.isError) return <ErrorState error={rules.error} onRetry={() => void rules.refetch()} />;
  const { assignment, score, hot, history } = rules.data;
  return (
    <>
      <PageHeader
        title="Lead rules"
        detail="Each change is a new version; decisions of older versions can be replayed"
      />
      <Stack gap="md">
        <AssignmentRules key={`a${assignment.version}`} set={assignment} />
        <SlaPolicies />
        <ScoreRules key={`s${score.version}h${hot.version}`} score={score} hot={hot} />
        <WebForms />
        <section className="panel" aria-label="Versions">
          {history.slice(0, 10).map((one) => (
            <Text size="sm" key={`${one.kind}${one.version}`}>
              {one.kind}, version {one.version} {one.note ? `· ${one.note} ` : ""}· <When at={one.createdAt} />
            </Text>
          ))}
        </section>
      </Stack>
    </>
  );
}
