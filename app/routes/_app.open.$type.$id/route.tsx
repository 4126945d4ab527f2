import { redirect } from "@remix-run/node";
import type { Inputs } from "../../client-navigation.ts";
import { requireParam, withCaller } from "../../with-caller.ts";

/** Where a source of the assistant leads: on to the record that holds it. */
export const loader = withCaller(async ({ caller, params, url }) => {
  const blockId = url.searchParams.get("block");
  const { href } = await caller.assistant.locate({
    type: requireParam(params, "type") as Inputs["assistant"]["locate"]["type"],
    id: requireParam(params, "id"),
    ...(blockId ? { blockId } : {}),
  });
  throw redirect(href);
});
