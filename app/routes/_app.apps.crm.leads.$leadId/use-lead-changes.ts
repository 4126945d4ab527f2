import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Inputs } from "../../client-navigation.ts";
import { askAboutConflict } from "../../components/conflict.tsx";
import { showError } from "../../components/notify.ts";
import { api, errorInfo, trpc } from "../../trpc.ts";
import type { Lead } from "./lead.ts";

type Changes = Inputs["leads"]["update"]["changes"];

/** Changes fields of the lead; when somebody else changed it meanwhile, asks what should stand. */
export function useLeadChanges(lead: Lead) {
  const client = useQueryClient();
  const refresh = () => client.invalidateQueries({ queryKey: trpc.leads.pathKey() });
  const write = (version: number, changes: Changes) => api.leads.update.mutate({ leadId: lead.id, version, changes });
  return useMutation({
    mutationFn: (changes: Changes) => write(lead.version, changes),
    onError: (error, changes) => {
      const details = errorInfo(error)?.details;
      if (details?.stale)
        askAboutConflict({ details, onOverwrite: (version) => void write(version, changes).then(refresh, showError) });
      else showError(error);
    },
    onSettled: refresh,
  });
}
