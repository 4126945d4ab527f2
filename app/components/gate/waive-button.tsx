import { Button, Group, Modal, NumberInput, Stack, Text, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, trpc } from "../../trpc.ts";
import { showDone, showError } from "../notify.ts";

/** A manager's leave to go on without one criterion, for some days and with a reason. */
export function WaiveButton(criterion: { opportunityId: string; criterionKey: string; label: string }) {
  const { opportunityId, criterionKey, label } = criterion;
  const client = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const [days, setDays] = useState<number | string>(3);
  const waive = useMutation({
    mutationFn: () =>
      api.opportunities.waiveCriterion.mutate({ opportunityId, criterionKey, reason, days: Number(days) }),
    onSuccess: () => {
      setOpen(false);
      showDone(`Waived: ${label}`);
    },
    onError: showError,
    onSettled: () => client.invalidateQueries({ queryKey: trpc.opportunities.pathKey() }),
  });
  return (
    <>
      <Button size="compact-xs" variant="subtle" color="gray" onClick={() => setOpen(true)}>
        Waive …
      </Button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title="Waive a criterion">
        <Stack gap="sm">
          <Text size="sm">
            “{label}” will not keep this deal back until the time is over. Waiver and reason stay in the history.
          </Text>
          <Textarea
            label="Reason"
            withAsterisk
            data-autofocus
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <NumberInput label="Days" min={1} max={14} value={days} onChange={setDays} />
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setOpen(false)}>
              Cancel
            </Button>
            <Button disabled={!reason.trim()} loading={waive.isPending} onClick={() => waive.mutate()}>
              Waive
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
