import { useLoaderData } from "@remix-run/react";
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/trpc/router.ts";

/**
 * As a route's `clientLoader`: within the open tab a screen never waits for the server's loader; it shows what memory holds, or a
 * skeleton, and fetches behind.
 */
export const fromMemory = (): Promise<null> => Promise.resolve(null);

export type Inputs = inferRouterInputs<AppRouter>;
export type Outputs = inferRouterOutputs<AppRouter>;

/**
 * What the server's loader rendered the page with, as the procedure of that output would have sent it; undefined when the screen
 * was opened from within the tab. The cast is safe while the route's loader returns that very procedure's result: JSON is JSON.
 */
export const useInitialData = <Output>(): Output | undefined => (useLoaderData() as Output | null) ?? undefined;
