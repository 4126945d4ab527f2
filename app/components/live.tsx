import { useQueryClient, type Query, type QueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useState, type ReactNode } from "react";
import type { ChangeStub } from "#server/live/hub.ts";
import { api, socket } from "../trpc.ts";

type Connection = "connecting" | "live" | "lost";
const LiveContext = createContext<Connection>("connecting");
export const useConnection = (): Connection => useContext(LiveContext);

const RETRY_MS = 3_000;
/** The first change shows at once; while more keep coming, as during an import, screens are refetched this often. */
const PACE_MS = 1_000;

/** Which slices' queries may show a record of this type. */
const SLICES: Record<string, string[]> = {
  account: ["accounts", "opportunities", "contacts", "search", "assistant"],
  contact: ["contacts", "opportunities", "accounts", "assistant"],
  opportunity: ["opportunities", "accounts", "dashboard", "activities", "assistant", "contacts", "priorities", "tasks"],
  lead: ["leads", "activities", "tasks", "dashboard", "priorities"],
  activity: ["activities", "dashboard", "assistant", "priorities"],
  task: ["tasks", "dashboard", "assistant", "priorities"],
  coaching_item: ["coaching", "activities", "priorities"],
  review: ["coaching", "activities"],
  comment: ["rooms", "coaching"],
  room: ["rooms"],
  import_run: ["imports"],
  user: ["users", "notifications", "priorities"],
  team: ["users"],
  suggestion: ["assistant"],
  workspace: ["workspaces", "activities", "priorities"],
};

/** Keys of inputs that name one record: such a query is only out of date when that record changed. */
const RECORD_KEYS = ["accountId", "contactId", "opportunityId", "leadId", "itemId", "runId"];

function shows(query: Query, changes: ChangeStub[]): boolean {
  const [path, options] = query.queryKey as [string[]?, { input?: Record<string, unknown> }?];
  const slice = path?.[0];
  if (!slice) return false;
  const touching = changes.filter((change) =>
    [change.subject, ...change.related].some(({ type }) => SLICES[type]?.includes(slice)),
  );
  if (touching.length === 0) return false;
  const input = options?.input ?? {};
  const named = [...RECORD_KEYS.map((key) => input[key]), (input.record as { id?: string } | undefined)?.id].filter(
    Boolean,
  );
  if (named.length === 0) return true;
  return touching.some((change) => [change.subject, ...change.related].some(({ id }) => named.includes(id)));
}

/** What is being loaded for the first time may have been read before the change: it is asked for again when it is there. */
function refetch(client: QueryClient, predicate: (query: Query) => boolean): void {
  const loading = client.getQueryCache().findAll({
    predicate: (query) => query.state.fetchStatus === "fetching" && query.state.data === undefined && predicate(query),
  });
  for (const query of loading) {
    const again = (): void => void client.invalidateQueries({ queryKey: query.queryKey, exact: true });
    query.promise?.then(again, again);
  }
  void client.invalidateQueries({ predicate });
}

/** Follows the workspace's changes and refetches what they touch; a lost connection resumes where it stopped. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [connection, setConnection] = useState<Connection>("connecting");
  useEffect(() => {
    const states = socket?.connectionState.subscribe({
      next: (state) => setConnection(state.state === "pending" ? "live" : state.error ? "lost" : "connecting"),
    });
    let changes: { unsubscribe(): void } | undefined;
    let retry: ReturnType<typeof setTimeout> | undefined;
    const waiting: ChangeStub[] = [];
    let pace: ReturnType<typeof setTimeout> | undefined;
    const show = (): void => {
      pace = undefined;
      if (waiting.length === 0) return;
      const batch = waiting.splice(0);
      refetch(client, (query) => shows(query, batch));
      pace = setTimeout(show, PACE_MS);
    };
    const follow = (): void => {
      changes = api.live.changes.subscribe(undefined, {
        onData: ({ data }) => {
          if (data.reset) void client.invalidateQueries();
          waiting.push(...data.changes);
          if (!pace) show();
        },
        onStarted: () => setConnection("live"),
        // The server gave this subscription up, not the connection: ask anew and catch up.
        onError: () => {
          setConnection("lost");
          retry = setTimeout(() => {
            void client.invalidateQueries();
            follow();
          }, RETRY_MS);
        },
      });
    };
    follow();
    return () => {
      states?.unsubscribe();
      clearTimeout(retry);
      clearTimeout(pace);
      changes?.unsubscribe();
    };
  }, [client]);
  return <LiveContext.Provider value={connection}>{children}</LiveContext.Provider>;
}
