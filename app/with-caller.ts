import { redirect, type LoaderFunctionArgs } from "@remix-run/node";
import { TRPCError } from "@trpc/server";
import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import type { PageContext } from "#server/http/page-context.ts";
import type { Caller } from "#server/trpc/router.ts";

interface LoaderInput {
  caller: Caller;
  params: LoaderFunctionArgs["params"];
  url: URL;
  context: PageContext;
}

/** A loader over the product's own procedures, in-process: strangers go to sign-in, refusals become responses. */
export const withCaller =
  <T>(load: (input: LoaderInput) => Promise<T>) =>
  async ({ request, params, context }: LoaderFunctionArgs): Promise<T> => {
    const page = context as unknown as PageContext;
    const url = new URL(request.url);
    if (!page.user) throw redirect(`/login?next=${encodeURIComponent(url.pathname + url.search)}`);
    try {
      return await load({ caller: page.caller, params, url, context: page });
    } catch (error) {
      if (error instanceof TRPCError) throw new Response(error.message, { status: getHTTPStatusCodeFromError(error) });
      throw error;
    }
  };

/** @throws Response 404 when the address lacks the part. */
export function requireParam(params: LoaderFunctionArgs["params"], name: string): string {
  const value = params[name];
  if (!value) throw new Response("Not found", { status: 404 });
  return value;
}
