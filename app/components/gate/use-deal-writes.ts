import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Inputs, Outputs } from "../../client-navigation.ts";
import { api, errorInfo, trpc } from "../../trpc.ts";
import { askAboutConflict } from "../conflict.tsx";
import { showError } from "../notify.ts";

export type Panel = Outputs["opportunities"]["panel"];
type Update = Pick<Inputs["opportunities"]["update"], "changes" | "note">;

/** Changes to a deal from its panels: shown at once, taken back with the reason when refused. */
export function useDealWrites({ deal }: Panel) {
  const client = useQueryClient();
  const opportunityId = deal.id;
  const key = trpc.opportunities.panel.queryKey({ opportunityId });
  /** The version is read when the change is sent: an earlier one may have just made a new one. */
  const version = (): number => client.getQueryData(key)?.deal.version ?? deal.version;
  const refresh = () =>
    Promise.all([
      client.invalidateQueries({ queryKey: key }),
      client.invalidateQueries({ queryKey: trpc.opportunities.previewMove.queryKey() }),
    ]);
  const update = useMutation({
    scope: { id: opportunityId },
    mutationFn: (change: Update) => api.opportunities.update.mutate({ opportunityId, version: version(), ...change }),
    onMutate: async ({ changes }) => {
      await client.cancelQueries({ queryKey: key });
      const before = client.getQueryData(key);
      client.setQueryData(key, (old) =>
        old ? { ...old, deal: { ...old.deal, ...(changes as Partial<typeof old.deal>) } } : old,
      );
      return { before };
    },
    onError: (error, change, context) => {
      if (context?.before) client.setQueryData(key, context.before);
      const stale = errorInfo(error)?.details;
      if (stale?.stale)
        askAboutConflict({
          details: stale,
          onOverwrite: (version) =>
            void api.opportunities.update.mutate({ opportunityId, version, ...change }).then(refresh, showError),
        });
      else showError(error);
    },
    onSettled: refresh,
  });
  const saveField = useMutation({
    scope: { id: opportunityId },
    mutationFn: (values: Record<string, string | number | null>) =>
      api.opportunities.saveStageData.mutate({ opportunityId, version: version(), values }),
    onError: showError,
    onSettled: refresh,
  });
  return { update, saveField, refresh };
}
