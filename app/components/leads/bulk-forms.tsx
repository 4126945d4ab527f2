import { Button, Group, Modal, Select, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { trpc } from "../../trpc.ts";
import { showDone, showError } from "../notify.ts";

interface BulkFormProps {
  leadIds: string[];
  onClose(): void;
}

/** Says how many were done, and why the others were not. */
function tellResults(results: { isDone: boolean; message: string | null }[], done: string): void {
  const refused = results.filter(({ isDone }) => !isDone);
  if (refused.length === 0) showDone(`${done}: ${results.length}`);
  else showError(new Error(`${refused.length} of ${results.length} refused: ${refused[0]!.message ?? ""}`));
}

/** Gives leads to somebody else of the team; who fits and has fewest open leads stands first. */
export function ReassignForm({ leadIds, onClose }: BulkFormProps) {
  const client = useQueryClient();
  const proposed = useQuery(trpc.leads.proposeOwners.queryOptions({ leadIds }));
  const [ownerId, setOwnerId] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const owner = ownerId ?? proposed.data?.[0]?.userId ?? null;
  const save = useMutation(
    trpc.leads.reassign.mutationOptions({
      onSuccess: (results) => {
        tellResults(results, "Reassigned");
        onClose();
      },
      onError: showError,
      onSettled: () => client.invalidateQueries({ queryKey: trpc.leads.pathKey() }),
    }),
  );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (owner && reason.trim()) save.mutate({ leadIds, ownerId: owner, reason });
  };
  return (
    <Modal opened onClose={onClose} title={leadIds.length === 1 ? "Reassign" : `Reassign ${leadIds.length} leads`}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Select
            label="New owner"
            description="Proposed by rules and by open leads"
            searchable
            allowDeselect={false}
            data={(proposed.data ?? []).map(({ userId, name, openLeads, fitsRule }) => ({
              value: userId,
              label: `${name} · ${openLeads} open${fitsRule ? ` · fits "${fitsRule}"` : ""}`,
            }))}
            value={owner}
            onChange={setOwnerId}
          />
          <Textarea
            label="Why"
            withAsterisk
            data-autofocus
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending} disabled={!owner || !reason.trim()}>
              Reassign
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** Sets the date of the next contact, and plans a task for each lead when it has words. */
export function FollowUpForm({ leadIds, onClose }: BulkFormProps) {
  const client = useQueryClient();
  const [followUpOn, setFollowUpOn] = useState("");
  const [taskTitle, setTaskTitle] = useState("Qualification call");
  const save = useMutation(
    trpc.leads.planFollowUp.mutationOptions({
      onSuccess: (results) => {
        tellResults(results, "Planned");
        onClose();
      },
      onError: showError,
      onSettled: () => client.invalidateQueries({ queryKey: trpc.leads.pathKey() }),
    }),
  );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const title = taskTitle.trim();
    if (followUpOn) save.mutate({ leadIds, followUpOn, ...(title ? { taskTitle: title } : {}) });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={leadIds.length === 1 ? "Plan follow-up" : `Plan ${leadIds.length} follow-ups`}
    >
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label="Follow-up date"
            type="date"
            withAsterisk
            data-autofocus
            value={followUpOn}
            onChange={(event) => setFollowUpOn(event.currentTarget.value)}
          />
          <TextInput
            label="Task"
            description="Empty makes no task"
            value={taskTitle}
            onChange={(event) => setTaskTitle(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending} disabled={!followUpOn}>
              Plan
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** Asks the owner for immediate attention. */
export function FlagForm({ leadId, onClose }: { leadId: string; onClose(): void }) {
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const save = useMutation(
    trpc.leads.flag.mutationOptions({
      onSuccess: onClose,
      onError: showError,
      onSettled: () => client.invalidateQueries({ queryKey: trpc.leads.pathKey() }),
    }),
  );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (reason.trim()) save.mutate({ leadId, reason });
  };
  return (
    <Modal opened onClose={onClose} title="Flag for immediate attention">
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm" c="dimmed">
            The owner is told at once. Logging a contact takes the flag away.
          </Text>
          <Textarea
            label="Why"
            withAsterisk
            data-autofocus
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending} disabled={!reason.trim()}>
              Flag
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
