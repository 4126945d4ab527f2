import { ActionIcon, Autocomplete, Button, Group, Select, Stack, Text, Title } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useMe } from "../../components/me.tsx";
import { showError } from "../../components/notify.ts";
import { api, trpc } from "../../trpc.ts";
import { useAccountChanges, type Account } from "./use-account-changes.ts";

const ROLES = ["Pre-sales", "Manager", "Executive sponsor", "Customer success", "Partner manager"];
const ACCESS = [
  { value: "read", label: "May read" },
  { value: "write", label: "May change" },
];

/** Who of us works on this account. Whoever is in the team may open it at once. */
export function AccountTeam({ account }: { account: Account }) {
  const canEdit = useMe().can("account:write");
  const { refresh } = useAccountChanges(account);
  const [isAdding, setIsAdding] = useState(false);
  const remove = useMutation({
    mutationFn: (memberId: string) => api.accounts.removeTeamMember.mutate({ accountId: account.id, memberId }),
    onError: showError,
    onSettled: refresh,
  });
  return (
    <section className="panel" aria-labelledby="team">
      <Title order={2} id="team" mb="xs">
        Team
      </Title>
      <Stack gap={6}>
        <Text size="sm">
          <strong>{account.ownerName ?? "Nobody"}</strong> <span className="muted">Owner</span>
        </Text>
        {account.team.map(({ userId, name, role, access }) => (
          <Group key={userId} justify="space-between" wrap="nowrap" gap="xs">
            <Text size="sm">
              <strong>{name}</strong>{" "}
              <span className="muted">
                {[role, access === "write" ? "may change" : "may read"].filter(Boolean).join(" · ")}
              </span>
            </Text>
            {canEdit ? (
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Take ${name} out of the team`}
                loading={remove.isPending && remove.variables === userId}
                onClick={() => remove.mutate(userId)}
              >
                <IconTrash size={16} />
              </ActionIcon>
            ) : null}
          </Group>
        ))}
        {canEdit && !isAdding ? (
          <Button size="compact-sm" variant="subtle" onClick={() => setIsAdding(true)} style={{ alignSelf: "start" }}>
            Add a colleague
          </Button>
        ) : null}
        {isAdding ? <MemberForm account={account} onDone={() => setIsAdding(false)} /> : null}
      </Stack>
    </section>
  );
}

function MemberForm({ account, onDone }: { account: Account; onDone(): void }) {
  const { refresh } = useAccountChanges(account);
  const users = useQuery(trpc.users.list.queryOptions());
  const [memberId, setMemberId] = useState<string | null>(null);
  const [role, setRole] = useState("");
  const [access, setAccess] = useState("read");
  const add = useMutation({
    mutationFn: () =>
      api.accounts.setTeamMember.mutate({
        ...{ accountId: account.id, memberId: memberId!, role, access: access as "read" },
      }),
    onError: showError,
    onSuccess: onDone,
    onSettled: refresh,
  });
  const options = (users.data ?? [])
    .filter(({ id, status }) => status === "active" && id !== account.ownerId)
    .map(({ id, name }) => ({ value: id, label: name }));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (memberId && role.trim()) add.mutate();
      }}
    >
      <Stack gap="xs">
        <Select label="Colleague" size="xs" searchable data={options} value={memberId} onChange={setMemberId} />
        <Autocomplete label="Role in the team" size="xs" data={ROLES} value={role} onChange={setRole} />
        <Select
          label="Access"
          size="xs"
          data={ACCESS}
          value={access}
          allowDeselect={false}
          onChange={(value) => setAccess(value ?? "read")}
        />
        <Group gap="xs">
          <Button size="xs" type="submit" loading={add.isPending} disabled={!memberId || !role.trim()}>
            Add to the team
          </Button>
          <Button size="xs" variant="subtle" onClick={onDone}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
