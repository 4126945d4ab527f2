import { Button, Group, Modal, Stack, Text, Textarea, VisuallyHidden } from "@mantine/core";
import { Link } from "@remix-run/react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState, type ReactNode } from "react";
import { api, errorInfo, trpc } from "../../trpc.ts";
import { showDone, showError } from "../notify.ts";
import { ErrorState, RowsSkeleton } from "../states.tsx";
import { CriterionList } from "./criterion-list.tsx";

export interface WantedMove {
  opportunityId: string;
  name: string;
  version: number;
  fromKind: string;
  to: { id: string; name: string; kind: string };
  /** Shows the move before the server has answered, and gives back how to undo that. */
  onStart?(): () => void;
}

/**
 * Moves deals from stage to stage, from wherever they are shown. A refused move is taken back and opens the gate: what is missing
 * and the fields that mend it. The element belongs into the screen.
 */
export function useMove(): { move(wanted: WantedMove): void; element: ReactNode } {
  const client = useQueryClient();
  const [asking, setAsking] = useState<WantedMove>();
  const [refused, setRefused] = useState<WantedMove>();
  const [said, setSaid] = useState("");
  // A deal that is moved again before the screen has its new version: one move after the other, each from where the last one ended.
  const last = useRef(new Map<string, Promise<number>>());
  const write = (wanted: WantedMove, reason: string | undefined): Promise<number> => {
    const { opportunityId, to } = wanted;
    const before = last.current.get(opportunityId)?.catch(() => 0) ?? Promise.resolve(0);
    const done = before.then(async (known) => {
      const version = Math.max(wanted.version, known);
      const input = { opportunityId, version, stageId: to.id, ...(reason ? { reason } : {}) };
      return (await api.opportunities.moveStage.mutate(input)).version;
    });
    last.current.set(opportunityId, done);
    return done;
  };

  const send = async (wanted: WantedMove, reason?: string): Promise<void> => {
    const { to, name } = wanted;
    const undo = wanted.onStart?.();
    try {
      await write(wanted, reason);
      setRefused(undefined);
      setSaid(`${name} is in ${to.name} now`);
      showDone(`${name}: ${to.name}`);
    } catch (error) {
      undo?.();
      if (errorInfo(error)?.details.rule === "stage_gate") {
        setSaid(`${name} stays: ${(error as Error).message}`);
        setRefused(wanted);
      } else showError(error);
    } finally {
      await client.invalidateQueries({ queryKey: trpc.opportunities.pathKey() });
    }
  };
  const move = (wanted: WantedMove): void => {
    const needsReason = wanted.to.kind === "lost" || wanted.fromKind !== "open";
    if (needsReason) setAsking(wanted);
    else void send(wanted);
  };
  const element = (
    <>
      <VisuallyHidden role="status">{said}</VisuallyHidden>
      {asking ? (
        <ReasonModal
          title={asking.to.kind === "lost" ? `Why is ${asking.name} lost?` : `Why is ${asking.name} opened again?`}
          onClose={() => setAsking(undefined)}
          onReason={(reason) => {
            setAsking(undefined);
            void send(asking, reason);
          }}
        />
      ) : null}
      {refused ? (
        <GateDialog
          refused={refused}
          onClose={() => setRefused(undefined)}
          onRetry={(version) => void send({ ...refused, version })}
        />
      ) : null}
    </>
  );
  return { move, element };
}

interface ReasonModalProps {
  title: string;
  onClose(): void;
  onReason(reason: string): void;
}

export function ReasonModal({ title, onClose, onReason }: ReasonModalProps) {
  const [reason, setReason] = useState("");
  return (
    <Modal opened onClose={onClose} title={title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (reason.trim()) onReason(reason.trim());
        }}
      >
        <Textarea
          label="Reason"
          withAsterisk
          data-autofocus
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Group justify="flex-end" mt="sm">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={!reason.trim()}>
            Move it
          </Button>
        </Group>
      </form>
    </Modal>
  );
}

interface GateDialogProps {
  refused: WantedMove;
  onClose(): void;
  onRetry(version: number): void;
}

function GateDialog({ refused, onClose, onRetry }: GateDialogProps) {
  const { opportunityId, to, name } = refused;
  const panel = useQuery({ ...trpc.opportunities.panel.queryOptions({ opportunityId }), staleTime: 0 });
  const preview = useQuery({
    ...trpc.opportunities.previewMove.queryOptions({ opportunityId, stageId: to.id }),
    staleTime: 0,
  });
  const criteria = preview.data?.criteria ?? [];
  const missing = criteria.filter(({ isMet, isWaived }) => !isMet && !isWaived);
  return (
    <Modal opened onClose={onClose} title={`${name} cannot go to ${to.name} yet`} size="lg">
      {panel.isError || preview.isError ? (
        <ErrorState
          error={panel.error ?? preview.error}
          onRetry={() => void Promise.all([panel.refetch(), preview.refetch()])}
        />
      ) : !panel.data || !preview.data ? (
        <RowsSkeleton rows={4} />
      ) : (
        <Stack gap="sm">
          <Text size="sm" c="dimmed">
            {missing.length === 0
              ? "Everything is there now."
              : `${missing.length} of ${criteria.length} are missing. Fill them in here, or on the deal's page.`}
          </Text>
          <CriterionList panel={panel.data} criteria={criteria} />
          <Group justify="space-between">
            <Button component={Link} to={`/apps/crm/opportunities/${opportunityId}`} variant="subtle">
              Open the deal
            </Button>
            <Group gap="xs">
              <Button variant="default" onClick={onClose}>
                Close
              </Button>
              <Button disabled={missing.length > 0} onClick={() => onRetry(panel.data.deal.version)}>
                Move to {to.name}
              </Button>
            </Group>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
