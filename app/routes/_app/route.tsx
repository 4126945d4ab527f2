import { Outlet, useLoaderData, type ShouldRevalidateFunction } from "@remix-run/react";
import { LiveProvider } from "../../components/live.tsx";
import { MeContext } from "../../components/me.tsx";
import { QuickCreateProvider } from "../../components/quick-create.tsx";
import { Shell } from "../../components/shell.tsx";
import { withCaller } from "../../with-caller.ts";

export const loader = withCaller(({ caller }) => caller.users.me());

/** Who is signed in does not change while the tab is open. */
export const shouldRevalidate: ShouldRevalidateFunction = () => false;

export default function AppLayout() {
  const me = useLoaderData<typeof loader>();
  return (
    <MeContext.Provider value={me}>
      <LiveProvider>
        <QuickCreateProvider>
          <Shell>
            <Outlet />
          </Shell>
        </QuickCreateProvider>
      </LiveProvider>
    </MeContext.Provider>
  );
}
