import { ActionIcon, Anchor, Autocomplete, Button, Group, Stack, Text, Title } from "@mantine/core";
import { Link } from "@remix-run/react";
import { IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Outputs } from "../../client-navigation.ts";
import { useMe } from "../../components/me.tsx";
import { showError } from "../../components/notify.ts";
import { RecordSelect } from "../../components/record-select.tsx";
import { api, trpc } from "../../trpc.ts";

const ROLES = ["Decision Maker", "Champion", "Influencer", "Procurement", "Technical Evaluator", "Board member"];

/** What the person is at other accounts, and where it can be said. */
export function AccountRoles({ contact }: { contact: Outputs["contacts"]["get"] }) {
  const client = useQueryClient();
  const canEdit = useMe().can("contact:write");
  const [accountId, setAccountId] = useState<string | null>(null);
  const [role, setRole] = useState("");
  const contactId = contact.id;
  const after = {
    onError: showError,
    onSettled: () => client.invalidateQueries({ queryKey: trpc.contacts.get.queryKey({ contactId }) }),
  };
  const set = useMutation({
    mutationFn: () => api.contacts.setAccountRole.mutate({ contactId, accountId: accountId!, role }),
    ...after,
    onSuccess: () => {
      setAccountId(null);
      setRole("");
    },
  });
  const remove = useMutation({
    mutationFn: (id: string) => api.contacts.removeAccountRole.mutate({ contactId, accountId: id }),
    ...after,
  });
  return (
    <section className="panel" aria-labelledby="account-roles">
      <Title order={2} id="account-roles" mb="xs">
        Roles at accounts
      </Title>
      <Stack gap={6}>
        {contact.accountRoles.length === 0 ? <Text c="dimmed">None named.</Text> : null}
        {contact.accountRoles.map((one) => (
          <Group key={one.accountId} justify="space-between" wrap="nowrap" gap="xs">
            <Text size="sm">
              <Anchor component={Link} to={`/apps/crm/accounts/${one.accountId}`}>
                {one.accountName}
              </Anchor>{" "}
              <span className="muted">{one.role}</span>
            </Text>
            {canEdit ? (
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Remove the role at ${one.accountName}`}
                loading={remove.isPending && remove.variables === one.accountId}
                onClick={() => remove.mutate(one.accountId)}
              >
                <IconTrash size={16} />
              </ActionIcon>
            ) : null}
          </Group>
        ))}
        {canEdit ? (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (accountId && role.trim()) set.mutate();
            }}
          >
            <Stack gap="xs">
              <RecordSelect
                key={contact.accountRoles.length}
                type="account"
                label="Account"
                value={accountId}
                onChange={setAccountId}
              />
              <Autocomplete label="Role there" data={ROLES} value={role} onChange={setRole} />
              <Button
                size="xs"
                variant="light"
                type="submit"
                loading={set.isPending}
                disabled={!accountId || !role.trim()}
                style={{ alignSelf: "start" }}
              >
                Add the role
              </Button>
            </Stack>
          </form>
        ) : null}
      </Stack>
    </section>
  );
}
