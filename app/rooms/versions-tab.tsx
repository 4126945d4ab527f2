import { Button, Group, Modal, Stack, Text, UnstyledButton } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Outputs } from "../client-navigation.ts";
import { When } from "../components/format.tsx";
import { showDone, showError } from "../components/notify.ts";
import { EmptyState, ErrorState, RowsSkeleton } from "../components/states.tsx";
import { api, trpc } from "../trpc.ts";

type Version = Outputs["rooms"]["versions"][number];

interface VersionsTabProps {
  roomId: string;
  canRestore: boolean;
  onRestored(): void;
}

const nameAuthors = (version: Version): string =>
  version.authors.length > 0 ? version.authors.map(({ name }) => name).join(", ") : "Template";

/** Versions of the notes with their authors; any can be looked at and brought back as a new version. */
export function VersionsTab({ roomId, canRestore, onRestored }: VersionsTabProps) {
  const versions = useQuery({ ...trpc.rooms.versions.queryOptions({ roomId }), staleTime: 0 });
  const [shown, setShown] = useState<Version>();
  if (versions.isPending) return <RowsSkeleton rows={4} />;
  if (versions.isError) return <ErrorState error={versions.error} onRetry={() => void versions.refetch()} />;
  if (versions.data.length === 0)
    return <EmptyState title="No versions yet">Each burst of editing becomes one.</EmptyState>;
  return (
    <>
      <Stack gap={0} component="ol" className="plain-list">
        {versions.data.map((version) => (
          <li key={version.seq}>
            <UnstyledButton className="row-link" w="100%" onClick={() => setShown(version)}>
              <Text size="sm" fw={600}>
                {nameAuthors(version)}
              </Text>
              <Text size="xs" c="dimmed">
                <When at={version.endedAt} /> · {version.kind === "edit" ? `${version.edits} edits` : version.kind}
              </Text>
            </UnstyledButton>
          </li>
        ))}
      </Stack>
      {shown ? (
        <VersionDialog
          roomId={roomId}
          version={shown}
          canRestore={canRestore}
          onClose={() => setShown(undefined)}
          onRestored={onRestored}
        />
      ) : null}
    </>
  );
}

function VersionDialog({
  roomId,
  version,
  canRestore,
  onClose,
  onRestored,
}: VersionsTabProps & { version: Version; onClose(): void }) {
  const client = useQueryClient();
  const view = useQuery(trpc.rooms.version.queryOptions({ roomId, seq: version.seq, fromSeq: version.fromSeq }));
  const restore = useMutation({
    mutationFn: async () => {
      const epoch = client
        .getQueriesData<{ roomId: string; epoch: number }>({ queryKey: ["room"] })
        .find(([, data]) => data?.roomId === roomId)?.[1]?.epoch;
      return api.rooms.restore.mutate({ roomId, seq: version.seq, epoch: epoch ?? 1 });
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["room"] });
      void client.invalidateQueries({ queryKey: trpc.rooms.pathKey() });
      showDone("Restored as a new version");
      onClose();
      onRestored();
    },
    onError: showError,
  });
  return (
    <Modal opened onClose={onClose} size="lg" title={`Notes by ${nameAuthors(version)}`}>
      {view.isPending ? <RowsSkeleton rows={4} /> : null}
      {view.isError ? <ErrorState error={view.error} /> : null}
      <div className="version passage-diff">
        {view.data?.blocks.map((block) => (
          <p key={block.blockId} data-kind={block.kind}>
            {block.removed.map((run, index) => (
              <del key={index} title={run.author?.name}>
                {run.text}
              </del>
            ))}
            {block.runs.map((run, index) =>
              run.isNew ? (
                <ins key={index} title={run.author?.name}>
                  {run.text}
                </ins>
              ) : (
                <span key={index} title={run.author?.name}>
                  {run.text}
                </span>
              ),
            )}
          </p>
        ))}
        {view.data?.removedBlocks.map((block) => (
          <p key={block.blockId}>
            <del>{block.text}</del>
          </p>
        ))}
      </div>
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onClose}>
          Close
        </Button>
        {canRestore ? (
          <Button onClick={() => restore.mutate()} loading={restore.isPending}>
            Restore this version
          </Button>
        ) : null}
      </Group>
    </Modal>
  );
}
