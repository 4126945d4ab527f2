import { Text } from "@mantine/core";
import { diffWords } from "diff";

/** What changed in the passage since it was acknowledged, word by word. */
export function PassageDiff({ before, after }: { before: string; after: string }) {
  return (
    <Text size="sm" component="p" className="passage-diff">
      {diffWords(before, after).map((part, index) =>
        part.added ? (
          <ins key={index}>{part.value}</ins>
        ) : part.removed ? (
          <del key={index}>{part.value}</del>
        ) : (
          <span key={index}>{part.value}</span>
        ),
      )}
    </Text>
  );
}
