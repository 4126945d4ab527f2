import { useMutation, useQueryClient } from "@tanstack/react-query";
import { showDone, showError } from "../../components/notify.ts";
import { trpc } from "../../trpc.ts";

/** Publishes a set of rules as its next version. */
export function useSaveRules() {
  const client = useQueryClient();
  return useMutation(
    trpc.leads.saveRules.mutationOptions({
      onSuccess: ({ version }) => showDone(`Published as version ${version}`),
      onError: showError,
      onSettled: () => client.invalidateQueries({ queryKey: trpc.leads.pathKey() }),
    }),
  );
}
