import { DraftAction } from "../contract.ts";
import type { Passage } from "../evidence.ts";
import { verifyClaim, type Check, type VerifyContext } from "./verify-claim.ts";

export interface ActionPermission {
  readonly action: string;
  /** Handles or record ids the action may be proposed for. */
  readonly targets: ReadonlySet<string>;
}

export type ActionVerdict =
  | { ok: true; action: DraftAction; evidence: readonly { passage: Passage; quote: string }[] }
  | { ok: false; check: Check | "V6"; reason: string };

/** Checks a proposed action: its evidence and reason like a claim, and (V6) that this user's role allows it on this target. Nothing is carried out here. */
export function verifyAction(
  draft: unknown,
  allowed: readonly ActionPermission[],
  context: VerifyContext,
): ActionVerdict {
  const parsed = DraftAction.safeParse(draft);
  if (!parsed.success)
    return { ok: false, check: "V1", reason: parsed.error.issues[0]?.message ?? "not the agreed form" };
  const action = parsed.data;
  const permission = allowed.find((entry) => entry.action === action.action);
  if (!permission?.targets.has(action.target))
    return { ok: false, check: "V6", reason: `${action.action} is not allowed here` };
  const verdict = verifyClaim({ text: action.reason, kind: "advice", evidence: action.evidence }, context);
  if (!verdict.ok) return verdict;
  return { ok: true, action, evidence: verdict.claim.evidence };
}
