import { ActionIcon, Badge, Button, Checkbox, Group, Text, TextInput, Title } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { EditableField } from "../../components/editable-field.tsx";
import { Day } from "../../components/format.tsx";
import { useMe } from "../../components/me.tsx";
import { showError } from "../../components/notify.ts";
import { api } from "../../trpc.ts";
import { StrategyFields } from "./account-fields.tsx";
import { useAccountChanges, type Account } from "./use-account-changes.ts";

/** The account's plan: strategy, objectives and when it is to be looked at again. */
export function AccountPlan({ account }: { account: Account }) {
  const canEdit = useMe().can("account:write");
  const { update, refresh } = useAccountChanges(account);
  const accountId = account.id;
  const [title, setTitle] = useState("");
  const [dueOn, setDueOn] = useState("");
  const after = { onError: showError, onSettled: refresh };
  const add = useMutation({
    mutationFn: () => api.accounts.addObjective.mutate({ accountId, title, dueOn: dueOn || null }),
    ...after,
    onSuccess: () => {
      setTitle("");
      setDueOn("");
    },
  });
  const change = useMutation({
    mutationFn: ({ id, version, isDone }: { id: string; version: number; isDone: boolean }) =>
      api.accounts.updateObjective.mutate({ accountId, objectiveId: id, version, changes: { isDone } }),
    ...after,
  });
  const remove = useMutation({
    mutationFn: (objectiveId: string) => api.accounts.removeObjective.mutate({ accountId, objectiveId }),
    ...after,
  });
  return (
    <section className="panel" aria-labelledby="plan">
      <Group justify="space-between" mb="xs">
        <Title order={2} id="plan">
          Account plan
        </Title>
        {account.isPlanOverdue ? (
          <Badge color="red" variant="light">
            Review overdue
          </Badge>
        ) : null}
      </Group>
      <StrategyFields account={account} />
      <dl className="fields">
        <EditableField
          label="Next review"
          kind="date"
          value={account.planReviewOn ?? ""}
          canEdit={canEdit}
          isSaving={update.isPending}
          onSave={(value) => update.mutate({ planReviewOn: value || null })}
        >
          {account.planReviewOn ? <Day day={account.planReviewOn} /> : <span className="muted">No date</span>}
        </EditableField>
      </dl>
      <Title order={3} mt="sm" mb={4}>
        Objectives
      </Title>
      {account.objectives.length === 0 ? <Text c="dimmed">None yet.</Text> : null}
      {account.objectives.map((objective) => (
        <Group key={objective.id} justify="space-between" wrap="nowrap" gap="xs">
          <Checkbox
            size="sm"
            checked={objective.doneAt !== null}
            disabled={!canEdit || change.isPending}
            label={
              <span className={objective.doneAt ? "done" : undefined}>
                {objective.title}
                {objective.dueOn ? (
                  <span className="muted">
                    {" "}
                    by <Day day={objective.dueOn} />
                  </span>
                ) : null}
              </span>
            }
            onChange={(event) => change.mutate({ ...objective, isDone: event.currentTarget.checked })}
          />
          {canEdit ? (
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Remove objective ${objective.title}`}
              loading={remove.isPending && remove.variables === objective.id}
              onClick={() => remove.mutate(objective.id)}
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
            if (title.trim()) add.mutate();
          }}
        >
          <Group gap="xs" mt="xs" align="end">
            <TextInput
              size="xs"
              className="grow"
              placeholder="What is to be reached"
              aria-label="New objective"
              value={title}
              onChange={(event) => setTitle(event.currentTarget.value)}
            />
            <TextInput
              size="xs"
              type="date"
              aria-label="Objective due"
              value={dueOn}
              onChange={(event) => setDueOn(event.currentTarget.value)}
            />
            <Button size="xs" type="submit" variant="light" loading={add.isPending} disabled={!title.trim()}>
              Add
            </Button>
          </Group>
        </form>
      ) : null}
    </section>
  );
}
