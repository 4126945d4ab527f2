import { Group, NumberInput, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Outputs } from "../../client-navigation.ts";
import { showDone, showError } from "../../components/notify.ts";
import { trpc } from "../../trpc.ts";

type Policy = Outputs["leads"]["slaPolicies"][number];

/** Working minutes to the first touch; a field saves when it is left. */
export function SlaPolicies() {
  const client = useQueryClient();
  const policies = useQuery(trpc.leads.slaPolicies.queryOptions());
  const update = useMutation(
    trpc.leads.updateSlaPolicy.mutationOptions({
      onSuccess: () => showDone("Saved, for leads from now on"),
      onError: showError,
      onSettled: () => client.invalidateQueries({ queryKey: trpc.leads.slaPolicies.queryKey() }),
    }),
  );
  const save = (policy: Policy, field: "responseMinutes" | "atRiskPercent", text: string): void => {
    const value = Number(text.replace(/\D/g, ""));
    if (value > 0 && value !== policy[field])
      update.mutate({ slaPolicyId: policy.id, version: policy.version, changes: { [field]: value } });
  };
  return (
    <section className="panel" aria-labelledby="sla">
      <Title order={2} id="sla" mb="xs">
        Time to the first touch
      </Title>
      <Stack gap="xs">
        {policies.data?.map((policy) => (
          <Group key={`${policy.id}${policy.version}`} gap="xs" align="flex-end">
            <Text w={140} size="sm" fw={600} mb={8}>
              {policy.name}
            </Text>
            <NumberInput
              label="Working minutes"
              aria-label={`Working minutes of ${policy.name}`}
              w={150}
              min={1}
              thousandSeparator
              defaultValue={policy.responseMinutes}
              onBlur={(event) => save(policy, "responseMinutes", event.currentTarget.value)}
            />
            <NumberInput
              label="At risk after"
              aria-label={`At risk after, percent, of ${policy.name}`}
              w={130}
              min={1}
              max={100}
              suffix=" %"
              defaultValue={policy.atRiskPercent}
              onBlur={(event) => save(policy, "atRiskPercent", event.currentTarget.value)}
            />
          </Group>
        ))}
      </Stack>
    </section>
  );
}
