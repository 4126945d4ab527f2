import { createContext, useContext } from "react";
import type { Permission } from "#server/core/permissions.ts";
import type { getMe } from "#server/users/index.ts";

type Me = ReturnType<typeof getMe>;
export const MeContext = createContext<Me | undefined>(undefined);

/** The signed-in person. `can` hides what the server would refuse; the server decides. */
export function useMe(): Me & { can(permission: Permission): boolean } {
  const me = useContext(MeContext);
  if (!me) throw new Error("useMe outside of the signed-in screens");
  return { ...me, can: (permission) => me.permissions.includes(permission) };
}
