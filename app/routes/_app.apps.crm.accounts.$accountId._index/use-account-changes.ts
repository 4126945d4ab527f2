import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Outputs } from "../../client-navigation.ts";
import { askAboutConflict } from "../../components/conflict.tsx";
import { showError } from "../../components/notify.ts";
import { api, errorInfo, trpc } from "../../trpc.ts";

export type Account = Outputs["accounts"]["get"];
type Changes = Parameters<typeof api.accounts.update.mutate>[0]["changes"];

/** Writes fields of the account; when somebody else changed them meanwhile the user decides. `refresh` shows what is stored now. */
export function useAccountChanges(account: Account) {
  const client = useQueryClient();
  const refresh = () => client.invalidateQueries({ queryKey: trpc.accounts.get.queryKey({ accountId: account.id }) });
  const write = (version: number, changes: Changes) =>
    api.accounts.update.mutate({ accountId: account.id, version, changes });
  const update = useMutation({
    mutationFn: (changes: Changes) => write(account.version, changes),
    onError: (error, changes) => {
      const details = errorInfo(error)?.details;
      if (details?.stale)
        askAboutConflict({ details, onOverwrite: (version) => void write(version, changes).then(refresh, showError) });
      else showError(error);
    },
    onSettled: refresh,
  });
  return { update, refresh };
}
