import type { UserActor } from "#server/core/context.ts";
import type { Caller } from "#server/trpc/router.ts";

interface Refusal {
  error: string;
  status?: number;
  /** What is wrong with which field. */
  fields?: Record<string, string>;
}

/** What the server hands to a page's loader and action. */
export interface PageContext {
  nonce: string;
  requestId: string;
  /** The product's procedures, in-process and with the visitor's rights. */
  caller: Caller;
  user: UserActor | undefined;
  signIn(form: FormData): Promise<{ cookie: string } | Refusal>;
  /** The first workspace of a new server. */
  setup: {
    isOpen(token: string): Promise<boolean>;
    complete(form: FormData): Promise<{ cookie: string } | Refusal>;
  };
  /** @returns the `Set-Cookie` values that end the browser's session. */
  signOut(): Promise<string[]>;
  safeRedirect(target: string | null | undefined, fallback?: string): string;
}
