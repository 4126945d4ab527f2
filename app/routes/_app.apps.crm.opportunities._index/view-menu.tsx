import { ActionIcon, Button, Checkbox, Group, Menu, Modal, Stack, TextInput } from "@mantine/core";
import { useNavigate, useSearchParams } from "@remix-run/react";
import { IconBookmark, IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { showDone, showError } from "../../components/notify.ts";
import { api, trpc } from "../../trpc.ts";

/** Saved views: the address's filters under a name, of one's own or shared with everybody. */
export function ViewMenu() {
  const navigate = useNavigate();
  const client = useQueryClient();
  const [isSaving, setSaving] = useState(false);
  const views = useQuery(trpc.opportunities.views.queryOptions());
  const refresh = () => client.invalidateQueries({ queryKey: trpc.opportunities.views.queryKey() });
  const remove = useMutation({
    mutationFn: (viewId: string) => api.opportunities.removeView.mutate({ viewId }),
    onError: showError,
    onSettled: refresh,
  });
  const rows = views.data ?? [];
  return (
    <>
      <Menu position="bottom-end" width={260}>
        <Menu.Target>
          <Button size="xs" variant="default" leftSection={<IconBookmark size={14} />}>
            Views
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {rows.length === 0 ? <Menu.Label>No saved views yet</Menu.Label> : null}
          {rows.map(({ id, name, filters, isShared, isMine, ownerName }) => (
            <Menu.Item key={id} onClick={() => navigate(`/apps/crm/opportunities?${filters}`)}>
              {name}
              {isShared ? ` · ${isMine ? "shared" : ownerName}` : ""}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item onClick={() => setSaving(true)}>Save or remove views …</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {isSaving ? (
        <Modal opened onClose={() => setSaving(false)} title="Views">
          <Stack gap="sm">
            {rows
              .filter(({ isMine }) => isMine)
              .map(({ id, name, isShared }) => (
                <Group key={id} justify="space-between">
                  <span>
                    {name}
                    {isShared ? " (shared)" : ""}
                  </span>
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={`Remove ${name}`}
                    onClick={() => remove.mutate(id)}
                  >
                    <IconTrash size={16} />
                  </ActionIcon>
                </Group>
              ))}
            <SaveForm
              onDone={() => {
                setSaving(false);
                void refresh();
              }}
            />
          </Stack>
        </Modal>
      ) : null}
    </>
  );
}

function SaveForm({ onDone }: { onDone(): void }) {
  const [params] = useSearchParams();
  const [name, setName] = useState("");
  const [isShared, setShared] = useState(false);
  const save = useMutation({
    mutationFn: () => api.opportunities.saveView.mutate({ name, filters: params.toString(), isShared }),
    onSuccess: () => {
      showDone(`View saved: ${name}`);
      onDone();
    },
    onError: showError,
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack gap="sm">
        <TextInput
          label="Save what is shown now as"
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Checkbox
          label="Everybody may open it"
          checked={isShared}
          onChange={(event) => setShared(event.currentTarget.checked)}
        />
        <Group justify="flex-end">
          <Button type="submit" disabled={!name.trim()} loading={save.isPending}>
            Save view
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
