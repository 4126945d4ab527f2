import type { UserActor } from "#server/core/context.ts";
import type { Caller } from "#server/trpc/router.ts";

/** What the server hands to a page's loader and action. */
export interface PageContext {
  nonce: string;
  requestId: string;
  /** The product's procedures, in-process and with the visitor's rights. */
  caller: Caller;
  user: UserActor | undefined;
  signIn(form: FormData): Promise<{ cookie: string } | { error: string; status?: number }>;
  /** @returns the `Set-Cookie` values that end the browser's session. */
  signOut(): Promise<string[]>;
  safeRedirect(target: string | null | undefined, fallback?: string): string;
}
