import { Button, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Outputs } from "../client-navigation.ts";
import { ItemCard, type CoachingItem } from "../components/coaching/item-card.tsx";
import { When } from "../components/format.tsx";
import { showError } from "../components/notify.ts";
import { EmptyState, ErrorState, RowsSkeleton } from "../components/states.tsx";
import { api, trpc } from "../trpc.ts";

type Comments = Outputs["coaching"]["comments"];

interface CoachingTabProps {
  items: UseQueryResult<CoachingItem[], unknown>;
  comments: UseQueryResult<Comments, unknown>;
  activeId: string | null;
  onShowPassage(id: string): void;
}

/** Coaching items and comments of the room; the one whose mark was clicked is opened. */
export function CoachingTab({ items, comments, activeId, onShowPassage }: CoachingTabProps) {
  const [openId, setOpenId] = useState<string | null>(activeId);
  useEffect(() => {
    setOpenId(activeId);
    if (activeId) document.getElementById(`item-${activeId}`)?.scrollIntoView({ block: "nearest" });
  }, [activeId]);
  if (items.isPending) return <RowsSkeleton rows={3} />;
  if (items.isError) return <ErrorState error={items.error} onRetry={() => void items.refetch()} />;
  if (items.data.length === 0 && !comments.data?.length) {
    return (
      <EmptyState title="No coaching yet">
        Select words in the notes: a manager can coach them, everybody can comment.
      </EmptyState>
    );
  }
  return (
    <Stack gap="sm">
      {items.data.map((item) => (
        <div
          key={item.id}
          id={`item-${item.id}`}
          data-active={item.id === activeId || undefined}
          className="active-outline"
        >
          <ItemCard
            item={item}
            isOpen={openId === item.id}
            onToggle={() => setOpenId(openId === item.id ? null : item.id)}
            onShowPassage={({ id }) => onShowPassage(id)}
          />
        </div>
      ))}
      {comments.data?.map((comment) => (
        <CommentCard
          key={comment.id}
          comment={comment}
          isActive={comment.id === activeId}
          onShowPassage={onShowPassage}
        />
      ))}
    </Stack>
  );
}

function CommentCard({
  comment,
  isActive,
  onShowPassage,
}: {
  comment: Comments[number];
  isActive: boolean;
  onShowPassage(id: string): void;
}) {
  const client = useQueryClient();
  const resolve = useMutation({
    mutationFn: () => api.coaching.resolveComment.mutate({ commentId: comment.id }),
    onError: showError,
    onSettled: () => client.invalidateQueries({ queryKey: trpc.coaching.pathKey() }),
  });
  return (
    <article
      className="panel active-outline"
      data-active={isActive || undefined}
      aria-label={`Comment by ${comment.authorName}`}
    >
      <Text size="sm">
        <strong>{comment.authorName}</strong>{" "}
        <span className="muted">
          <When at={comment.createdAt} />
        </span>
      </Text>
      {comment.anchor ? <blockquote className="quote">{comment.anchor.quote}</blockquote> : null}
      <Text className="prose">{comment.body}</Text>
      <Group gap="xs">
        {comment.anchor ? (
          <Button size="compact-xs" variant="subtle" onClick={() => onShowPassage(comment.id)}>
            Show in notes
          </Button>
        ) : null}
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          loading={resolve.isPending}
          onClick={() => resolve.mutate()}
        >
          Resolve
        </Button>
      </Group>
    </article>
  );
}
