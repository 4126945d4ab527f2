import { Button, Group, NumberInput, Stack, Table, Text, TextInput, Title } from "@mantine/core";
import type { MetaFunction } from "@remix-run/node";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { fromMemory, useInitialData, type Outputs } from "../../client-navigation.ts";
import { When } from "../../components/format.tsx";
import { useMe } from "../../components/me.tsx";
import { showDone, showError } from "../../components/notify.ts";
import { PageHeader } from "../../components/page-header.tsx";
import { ErrorState, RowsSkeleton } from "../../components/states.tsx";
import { trpc } from "../../trpc.ts";
import { withCaller } from "../../with-caller.ts";
import { OutcomeSettings } from "./outcome-settings.tsx";

type Rules = Outputs["priorities"]["rules"];

export const meta: MetaFunction = () => [{ title: "Deal risk · Ringside" }];
export const loader = withCaller(({ caller }) => caller.priorities.rules());
export const clientLoader = fromMemory;

export default function DealRiskPage() {
  const initial = useInitialData<Rules>();
  const rules = useQuery({ ...trpc.priorities.rules.queryOptions(), ...(initial ? { initialData: initial } : {}) });
  if (rules.isPending) return <RowsSkeleton />;
  if (rules.isError) return <ErrorState error={rules.error} onRetry={() => void rules.refetch()} />;
  return (
    <>
      <PageHeader title="Deal risk and activities" detail={`Version ${rules.data.version}: ${rules.data.note}`} />
      <Stack gap="md">
        <RulesForm key={rules.data.version} rules={rules.data} />
        <OutcomeSettings />
      </Stack>
    </>
  );
}

/** Points per rule and the limits; published as a new version, by which every open deal is looked at again. */
function RulesForm({ rules }: { rules: Rules }) {
  const canEdit = useMe().can("settings:manage");
  const client = useQueryClient();
  const [factors, setFactors] = useState(rules.factors);
  const [atRiskBelow, setAtRiskBelow] = useState<number | string>(rules.atRiskBelow);
  const [noActivityDays, setNoActivityDays] = useState<number | string>(rules.noActivityDays);
  const [note, setNote] = useState("");
  const publish = useMutation(
    trpc.priorities.publishRules.mutationOptions({
      onSuccess: ({ version }) => showDone(`Version ${version} is published; open deals are looked at again`),
      onError: showError,
      onSettled: () => client.invalidateQueries({ queryKey: trpc.priorities.pathKey() }),
    }),
  );
  return (
    <section className="panel" aria-labelledby="rules">
      <Title order={2} id="rules" mb={4}>
        Health of a deal
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        A deal starts with 100 points. Every rule that holds takes its points away, and shows what it rests on.
      </Text>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          publish.mutate({
            basedOn: rules.version,
            factors: factors.map(({ rule, points }) => ({ rule, points })),
            atRiskBelow: Number(atRiskBelow),
            noActivityDays: Number(noActivityDays),
            note,
          });
        }}
      >
        <Table mb="sm" verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Rule</Table.Th>
              <Table.Th w={120}>Points</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {factors.map(({ rule, name, points }) => (
              <Table.Tr key={rule}>
                <Table.Td>{name}</Table.Td>
                <Table.Td>
                  <NumberInput
                    aria-label={`Points of ${name}`}
                    size="xs"
                    min={0}
                    max={100}
                    allowDecimal={false}
                    disabled={!canEdit}
                    value={points}
                    onChange={(value) =>
                      setFactors((old) =>
                        old.map((one) => (one.rule === rule ? { ...one, points: Number(value) || 0 } : one)),
                      )
                    }
                  />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <Group align="flex-end" gap="sm">
          <NumberInput
            label="At risk below"
            w={140}
            min={0}
            max={100}
            disabled={!canEdit}
            value={atRiskBelow}
            onChange={setAtRiskBelow}
          />
          <NumberInput
            label="Alert after days without activity"
            w={240}
            min={1}
            max={365}
            disabled={!canEdit}
            value={noActivityDays}
            onChange={setNoActivityDays}
          />
          {canEdit ? (
            <>
              <TextInput
                label="Why it changes"
                required
                value={note}
                onChange={(event) => setNote(event.currentTarget.value)}
              />
              <Button type="submit" loading={publish.isPending}>
                Publish
              </Button>
            </>
          ) : null}
        </Group>
      </form>
      {rules.history.length > 0 ? (
        <Stack gap={2} mt="md" component="ul" className="plain-list">
          {rules.history.map((one) => (
            <Text key={one.version} size="xs" c="dimmed" component="li">
              Version {one.version}: {one.note} · <When at={one.createdAt} />
            </Text>
          ))}
        </Stack>
      ) : null}
    </section>
  );
}
