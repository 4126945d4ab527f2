import { useSearchParams } from "@remix-run/react";
import { useCallback, useMemo } from "react";

/** Filters live in the address, so that a view can be sent to a colleague. Empty values are left out. */
export function useFilters(): { get(key: string): string; set(changes: Record<string, string | null>): void } {
  const [params, setParams] = useSearchParams();
  const set = useCallback(
    (changes: Record<string, string | null>) =>
      setParams(
        (old) => {
          const next = new URLSearchParams(old);
          for (const [key, value] of Object.entries(changes)) {
            if (value) next.set(key, value);
            else next.delete(key);
          }
          return next;
        },
        { replace: true, preventScrollReset: true },
      ),
    [setParams],
  );
  return useMemo(() => ({ get: (key: string) => params.get(key) ?? "", set }), [params, set]);
}
