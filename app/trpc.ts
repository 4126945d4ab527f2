import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { createTRPCClient, createWSClient, httpBatchLink, splitLink, TRPCClientError, wsLink } from "@trpc/client";
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import type { AppRouter } from "#server/trpc/router.ts";
import type { ErrorInfo } from "#server/trpc/init.ts";

const isBrowser = typeof window !== "undefined";

/** Signed out elsewhere, or the session ended: back to the sign-in page, and from there to this place. */
function leaveWhenSignedOut(error: Error): void {
  if (!isBrowser || errorInfo(error) === undefined) return;
  if (error instanceof TRPCClientError && (error.data as { code?: string } | null)?.code === "UNAUTHORIZED") {
    window.location.assign(`/login?next=${encodeURIComponent(window.location.pathname + window.location.search)}`);
  }
}

const createQueryClient = (): QueryClient =>
  new QueryClient({
    queryCache: new QueryCache({ onError: leaveWhenSignedOut }),
    mutationCache: new MutationCache({ onError: leaveWhenSignedOut }),
    defaultOptions: {
      queries: {
        // Screens open from memory at once; live changes say when it is out of date.
        staleTime: 30_000,
        gcTime: 10 * 60_000,
        refetchOnWindowFocus: false,
        retry: (failures, error) => failures < 2 && !(error instanceof TRPCClientError && error.data),
      },
    },
  });

let browserClient: QueryClient | undefined;

/** One memory per tab; on the server a new one for every request, so that nothing of one visitor reaches another. */
export const getQueryClient = (): QueryClient =>
  isBrowser ? (browserClient ??= createQueryClient()) : createQueryClient();

const socketUrl = isBrowser ? `${window.location.origin.replace(/^http/, "ws")}/trpc` : "";

/** One socket per tab, opened with the first subscription. */
export const socket = isBrowser
  ? createWSClient({ url: socketUrl, lazy: { enabled: true, closeMs: 60_000 } })
  : undefined;

const http = httpBatchLink({ url: "/trpc", maxItems: 10, headers: { "x-ringside": "1" } });

/** The product's procedures over HTTP; subscriptions over the socket. */
export const api = createTRPCClient<AppRouter>({
  links: socket
    ? [splitLink({ condition: (op) => op.type === "subscription", true: wsLink({ client: socket }), false: http })]
    : [http],
});

/** Query and mutation options of every procedure, for TanStack Query. */
export const trpc = createTRPCOptionsProxy<AppRouter>({ client: api, queryClient: getQueryClient });

/** What the server said of a refusal; undefined when it never answered. */
export function errorInfo(error: unknown): ErrorInfo | undefined {
  if (!(error instanceof TRPCClientError)) return undefined;
  const data = error.data as { info?: ErrorInfo } | null | undefined;
  return data?.info;
}
