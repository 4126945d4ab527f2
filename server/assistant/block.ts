import { sql } from "drizzle-orm";
import type { EvidenceChip, Section } from "#ai/evidence.ts";
import type { RequestContext } from "#server/core/context.ts";

/** Where a chip leads: the record's own screen, at the passage when the screen knows passages. */
export interface LinkedChip extends EvidenceChip {
  href: string;
}

/** What the data was when something was written: the position in the workspace's event chain, and what the index still lacks. */
export interface DataVersion {
  eventSeq: number;
  indexedAt: string | null;
  pending: number;
}

/** Every text of the assistant as a screen shows it. */
export interface AssistantBlock {
  label: string;
  sections: readonly Section[];
  evidence: readonly LinkedChip[];
  verified: number;
  total: number;
  /** Why a model's wording is missing, or that nothing was found. */
  note: string | null;
  generatedAt: string;
  dataVersion: DataVersion;
}

const SCREENS: Record<string, (id: string) => string> = {
  account: (id) => `/apps/crm/accounts/${id}`,
  contact: (id) => `/apps/crm/contacts/${id}`,
  opportunity: (id) => `/apps/crm/opportunities/${id}`,
};

/** Chips with their links. Texts lead to the record in hand, where the timeline or the room shows them at the passage. */
export function withLinks(
  chips: readonly EvidenceChip[],
  home: { type: string; id: string } | undefined,
): LinkedChip[] {
  return chips.map((chip) => ({ ...chip, href: linkOf(chip, home) }));
}

function linkOf(chip: EvidenceChip, home: { type: string; id: string } | undefined): string {
  const own = SCREENS[chip.type]?.(chip.id);
  if (own) return own;
  if (chip.type === "coaching_item") return `/inbox?item=${chip.id}`;
  const base = home ? SCREENS[home.type]?.(home.id) : undefined;
  if (!base) return `/assistant?record=${chip.type}:${chip.id}`;
  if (chip.type === "room") return `${base}/room${chip.blockId ? `#${encodeURIComponent(chip.blockId)}` : ""}`;
  return `${base}#${chip.type}-${chip.id}`;
}

/** For use inside a transaction. */
export async function readDataVersion(ctx: RequestContext): Promise<DataVersion> {
  const [row] = await ctx.db.execute<{ seq: number; indexed_at: string | Date | null; pending: number }>(sql`select
    coalesce((select workspace_seq from ai_stat where workspace_id = ${ctx.workspaceId}), 0) as seq,
    (select indexed_at from ai_stat where workspace_id = ${ctx.workspaceId}) as indexed_at,
    (select count(*)::int from ai_pending where workspace_id = ${ctx.workspaceId}) as pending`);
  return {
    eventSeq: Number(row?.seq ?? 0),
    indexedAt: row?.indexed_at ? new Date(row.indexed_at).toISOString() : null,
    pending: Number(row?.pending ?? 0),
  };
}
