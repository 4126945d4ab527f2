import { redirect, type ActionFunctionArgs } from "@remix-run/node";
import type { PageContext } from "#server/http/page-context.ts";

export const loader = () => redirect("/dashboard/crm");

export async function action({ context }: ActionFunctionArgs) {
  const headers = new Headers({ "clear-site-data": '"cache", "storage"' });
  for (const cookie of await (context as unknown as PageContext).signOut()) headers.append("set-cookie", cookie);
  return redirect("/login", { headers });
}
