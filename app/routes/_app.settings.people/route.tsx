import { Button, Group, Modal, PasswordInput, Select, Stack, Table, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import type { MetaFunction } from "@remix-run/node";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ROLES } from "#server/core/permissions.ts";
import { fromMemory, useInitialData, type Outputs } from "../../client-navigation.ts";
import { useMe } from "../../components/me.tsx";
import { showDone, showError } from "../../components/notify.ts";
import { PageHeader } from "../../components/page-header.tsx";
import { ErrorState, RowsSkeleton } from "../../components/states.tsx";
import { api, trpc } from "../../trpc.ts";
import { withCaller } from "../../with-caller.ts";

export const meta: MetaFunction = () => [{ title: "People · Ringside" }];
export const loader = withCaller(({ caller }) => caller.users.list());
export const clientLoader = fromMemory;

type User = Outputs["users"]["list"][number];
const roleOptions = ROLES.map((role) => ({ value: role, label: role.replaceAll("_", " ") }));

export default function PeoplePage() {
  const initial = useInitialData<User[]>();
  const me = useMe();
  const client = useQueryClient();
  const [isAdding, setAdding] = useState(false);
  const [resetting, setResetting] = useState<User | null>(null);
  const users = useQuery({ ...trpc.users.list.queryOptions(), ...(initial ? { initialData: initial } : {}) });
  const teams = useQuery(trpc.users.teams.queryOptions());
  const update = useMutation({
    mutationFn: ({
      user,
      changes,
    }: {
      user: User;
      changes: Parameters<typeof api.users.update.mutate>[0]["changes"];
    }) => api.users.update.mutate({ userId: user.id, version: user.version, changes }),
    onError: showError,
    onSettled: () => client.invalidateQueries({ queryKey: trpc.users.pathKey() }),
  });
  const teamOptions = (teams.data ?? []).map(({ id, name }) => ({ value: id, label: name }));
  const canManage = me.can("user:manage");
  if (users.isPending) return <RowsSkeleton />;
  if (users.isError) return <ErrorState error={users.error} onRetry={() => void users.refetch()} />;
  return (
    <>
      <PageHeader title="People" detail={`${users.data.length} in this workspace`}>
        {canManage ? <Button onClick={() => setAdding(true)}>Add a person</Button> : null}
      </PageHeader>
      <Table.ScrollContainer minWidth={720} className="panel">
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th>E-mail</Table.Th>
              <Table.Th>Role</Table.Th>
              <Table.Th>Team</Table.Th>
              <Table.Th>Access</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {users.data.map((user) => (
              <Table.Tr key={user.id}>
                <Table.Td>{user.name}</Table.Td>
                <Table.Td>{user.email}</Table.Td>
                <Table.Td>
                  {canManage ? (
                    <Select
                      size="xs"
                      aria-label={`Role of ${user.name}`}
                      data={roleOptions}
                      value={user.role}
                      allowDeselect={false}
                      onChange={(role) => update.mutate({ user, changes: { role: role as User["role"] } })}
                    />
                  ) : (
                    user.role
                  )}
                </Table.Td>
                <Table.Td>
                  {canManage ? (
                    <Select
                      size="xs"
                      aria-label={`Team of ${user.name}`}
                      data={teamOptions}
                      value={user.teamId}
                      clearable
                      onChange={(teamId) => update.mutate({ user, changes: { teamId } })}
                    />
                  ) : (
                    user.teamName
                  )}
                </Table.Td>
                <Table.Td>
                  {canManage && user.id !== me.userId ? (
                    <Group gap="xs" wrap="nowrap">
                      <Button size="compact-xs" variant="default" onClick={() => setResetting(user)}>
                        Set password
                      </Button>
                      <Button
                        size="compact-xs"
                        variant="default"
                        onClick={() =>
                          update.mutate({ user, changes: { status: user.status === "active" ? "disabled" : "active" } })
                        }
                      >
                        {user.status === "active" ? "Disable" : "Enable"}
                      </Button>
                    </Group>
                  ) : (
                    user.status
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {resetting ? <SetPassword user={resetting} onClose={() => setResetting(null)} /> : null}
      {isAdding ? <AddPerson teams={teamOptions} onClose={() => setAdding(false)} /> : null}
    </>
  );
}

function AddPerson({ teams, onClose }: { teams: { value: string; label: string }[]; onClose(): void }) {
  const client = useQueryClient();
  const form = useForm({
    initialValues: { name: "", email: "", role: "rep", teamId: null as string | null, password: "" },
  });
  const save = useMutation({
    mutationFn: (values: typeof form.values) => api.users.create.mutate({ ...values, role: values.role as "rep" }),
    onSuccess: () => {
      showDone("Added");
      void client.invalidateQueries({ queryKey: trpc.users.pathKey() });
      onClose();
    },
    onError: showError,
  });
  return (
    <Modal opened onClose={onClose} title="Add a person">
      <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
        <Stack gap="sm">
          <TextInput label="Name" required data-autofocus {...form.getInputProps("name")} />
          <TextInput label="E-mail" type="email" required {...form.getInputProps("email")} />
          <Select label="Role" data={roleOptions} allowDeselect={false} {...form.getInputProps("role")} />
          <Select label="Team" data={teams} clearable {...form.getInputProps("teamId")} />
          <PasswordInput
            label="First password"
            description="12 to 128 characters"
            required
            autoComplete="new-password"
            {...form.getInputProps("password")}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending}>
              Add
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function SetPassword({ user, onClose }: { user: User; onClose(): void }) {
  const form = useForm({ initialValues: { password: "" } });
  const save = useMutation({
    mutationFn: ({ password }: typeof form.values) => api.users.setPassword.mutate({ userId: user.id, password }),
    onSuccess: () => {
      showDone(`${user.name} signs in with the new password`);
      onClose();
    },
    onError: showError,
  });
  return (
    <Modal opened onClose={onClose} title={`A new password for ${user.name}`}>
      <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
        <Stack gap="sm">
          <PasswordInput
            label="New password"
            description="12 to 128 characters. It ends every session of this person, who should change it after signing in."
            required
            autoComplete="new-password"
            data-autofocus
            {...form.getInputProps("password")}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending}>
              Set
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
