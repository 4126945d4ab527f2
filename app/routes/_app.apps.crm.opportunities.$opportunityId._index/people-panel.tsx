import { ActionIcon, Badge, Button, Group, Select, Stack, Text, TextInput, Title } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Inputs } from "../../client-navigation.ts";
import { useDealWrites, type Panel } from "../../components/gate/use-deal-writes.ts";
import { showError } from "../../components/notify.ts";
import { api, trpc } from "../../trpc.ts";

const TEAM_ROLES = ["Pre-sales", "Manager", "Legal", "Delivery", "Customer success", "Executive sponsor"];
const POSITIONS = [
  { value: "ahead", label: "We are ahead", color: "teal" },
  { value: "level", label: "Level", color: "gray" },
  { value: "behind", label: "We are behind", color: "orange" },
  { value: "unknown", label: "Not known", color: "gray" },
];

/** Who of us works on the deal, beside its owner. */
export function TeamPanel({ panel }: { panel: Panel }) {
  const { deal, team, canEdit } = panel;
  const { refresh } = useDealWrites(panel);
  const people = useQuery(trpc.users.list.queryOptions());
  const [userId, setUserId] = useState<string | null>(null);
  const [role, setRole] = useState<string | null>("Pre-sales");
  const add = useMutation({
    mutationFn: (member: { userId: string; role: string }) =>
      api.opportunities.setTeamMember.mutate({ opportunityId: deal.id, ...member }),
    onSuccess: () => setUserId(null),
    onError: showError,
    onSettled: refresh,
  });
  const remove = useMutation({
    mutationFn: (id: string) => api.opportunities.removeTeamMember.mutate({ opportunityId: deal.id, userId: id }),
    onError: showError,
    onSettled: refresh,
  });
  return (
    <section className="panel" aria-labelledby="team">
      <Title order={2} id="team" mb="xs">
        Our team
      </Title>
      <Stack gap={6}>
        {team.length === 0 ? (
          <Text size="sm" c="dimmed">
            Nobody beside the owner.
          </Text>
        ) : null}
        {team.map((member) => (
          <Group key={member.userId} justify="space-between" wrap="nowrap">
            <Text size="sm">
              {member.name}{" "}
              <Text span size="xs" c="dimmed">
                {member.role}
              </Text>
            </Text>
            {canEdit ? (
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Take ${member.name} off the team`}
                onClick={() => remove.mutate(member.userId)}
              >
                <IconX size={14} />
              </ActionIcon>
            ) : null}
          </Group>
        ))}
        {canEdit ? (
          <Group gap={6} align="flex-end">
            <Select
              size="xs"
              label="Colleague"
              searchable
              data={(people.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
              value={userId}
              onChange={setUserId}
            />
            <Select size="xs" label="Role" data={TEAM_ROLES} value={role} onChange={setRole} allowDeselect={false} />
            <Button
              size="xs"
              variant="default"
              disabled={!userId || !role}
              loading={add.isPending}
              onClick={() => userId && role && add.mutate({ userId, role })}
            >
              Add
            </Button>
          </Group>
        ) : null}
      </Stack>
    </section>
  );
}

type Competitor = Omit<Inputs["opportunities"]["setCompetitor"], "opportunityId">;

/** Who else the customer looks at, and how we stand against each. */
export function CompetitorPanel({ panel }: { panel: Panel }) {
  const { deal, competitors, canEdit } = panel;
  const { refresh } = useDealWrites(panel);
  const [draft, setDraft] = useState<Competitor>({ name: "", position: "unknown", notes: "" });
  const set = useMutation({
    mutationFn: (competitor: Competitor) =>
      api.opportunities.setCompetitor.mutate({ opportunityId: deal.id, ...competitor }),
    onSuccess: () => setDraft({ name: "", position: "unknown", notes: "" }),
    onError: showError,
    onSettled: refresh,
  });
  const remove = useMutation({
    mutationFn: (competitorId: string) =>
      api.opportunities.removeCompetitor.mutate({ opportunityId: deal.id, competitorId }),
    onError: showError,
    onSettled: refresh,
  });
  return (
    <section className="panel" aria-labelledby="competitors">
      <Title order={2} id="competitors" mb="xs">
        Competitors
      </Title>
      <Stack gap={8}>
        {competitors.length === 0 ? (
          <Text size="sm" c="dimmed">
            None named yet.
          </Text>
        ) : null}
        {competitors.map(({ id, name, position, notes }) => (
          <Group key={id} justify="space-between" wrap="nowrap" align="flex-start">
            <div>
              <Group gap={6}>
                <Text size="sm" fw={600}>
                  {name}
                </Text>
                <Badge size="sm" variant="light" color={POSITIONS.find(({ value }) => value === position)?.color}>
                  {POSITIONS.find(({ value }) => value === position)?.label}
                </Badge>
              </Group>
              {notes ? (
                <Text size="sm" c="dimmed" className="prose">
                  {notes}
                </Text>
              ) : null}
            </div>
            {canEdit ? (
              <ActionIcon variant="subtle" color="gray" aria-label={`Remove ${name}`} onClick={() => remove.mutate(id)}>
                <IconX size={14} />
              </ActionIcon>
            ) : null}
          </Group>
        ))}
        {canEdit ? (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              set.mutate(draft);
            }}
          >
            <Group gap={6} align="flex-end">
              <TextInput
                size="xs"
                label="Competitor"
                value={draft.name}
                onChange={(event) => setDraft({ ...draft, name: event.currentTarget.value })}
              />
              <Select
                size="xs"
                label="Our position"
                data={POSITIONS.map(({ value, label }) => ({ value, label }))}
                value={draft.position}
                allowDeselect={false}
                onChange={(position) => setDraft({ ...draft, position: (position ?? "unknown") as "ahead" })}
              />
              <TextInput
                size="xs"
                label="Why"
                value={draft.notes ?? ""}
                onChange={(event) => setDraft({ ...draft, notes: event.currentTarget.value })}
              />
              <Button size="xs" variant="default" type="submit" disabled={!draft.name.trim()} loading={set.isPending}>
                Add
              </Button>
            </Group>
          </form>
        ) : null}
      </Stack>
    </section>
  );
}
