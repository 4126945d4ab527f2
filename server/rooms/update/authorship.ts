import { Content } from "./walk-content.ts";
import type { ClientSection } from "./walk-update.ts";

/** Who an update came from, as far as authorship is concerned. */
export interface Author {
  userId: string;
  /** Sync step 2 carries what the sender holds, its own or not; a plain update carries only what it wrote. */
  isMerge: boolean;
}

export interface AuthorshipFacts {
  /** The user a client id belongs to, by what was written under it or by presence; undefined while nobody has used it. */
  ownerOf(client: number): string | undefined;
  /** Something was written under the id, so whose it is has been stored. */
  isClaimed(client: number): boolean;
  /** The id was used before a version was restored, so whoever writes under it has not seen the restored document. */
  isRetired(client: number): boolean;
}

export interface Authorship {
  /** Client ids this update claims for its sender. */
  claimed: number[];
  /** Client ids of others whose text the sender passes on. */
  relayed: number[];
}

export type AuthorshipRefusal = "forged-author" | "other-epoch";

/**
 * Decides whose words these are. A client id belongs to the user who first wrote (or was present) under it.
 * Somebody else's structs are believed only as a merge of real content: that is how the last words of a colleague survive a
 * crash in the middle of the night, and it stops the 14-byte struct of garbage that would swallow their next ones.
 * @returns the reason when the update speaks for somebody it must not speak for.
 */
export function decideAuthorship(
  sections: readonly ClientSection[],
  author: Author,
  facts: AuthorshipFacts,
): Authorship | AuthorshipRefusal {
  const authorship: Authorship = { claimed: [], relayed: [] };
  for (const section of sections) {
    if (facts.isRetired(section.client)) return "other-epoch";
    const owner = facts.ownerOf(section.client);
    if (owner === undefined || owner === author.userId) {
      if (!facts.isClaimed(section.client)) authorship.claimed.push(section.client);
      continue;
    }
    if (!author.isMerge || !bearsContent(section)) return "forged-author";
    authorship.relayed.push(section.client);
  }
  return authorship;
}

function bearsContent(section: ClientSection): boolean {
  return section.structs.every(({ content }) => content !== Content.Gc && content !== Content.Deleted);
}
