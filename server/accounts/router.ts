import { z } from "zod";
import { procedure, router } from "#server/trpc/init.ts";
import { getAccount, listAccounts, ListAccountsInput } from "./queries.ts";
import { createAccount, CreateAccountInput, updateAccount, UpdateAccountInput } from "./write-account.ts";

export const accountsRouter = router({
  list: procedure("account:read")
    .input(ListAccountsInput)
    .query(({ ctx, input }) => listAccounts(ctx, input)),
  get: procedure("account:read")
    .input(z.strictObject({ accountId: z.uuid() }))
    .query(({ ctx, input }) => getAccount(ctx, input)),
  create: procedure("account:write")
    .input(CreateAccountInput)
    .mutation(({ ctx, input }) => createAccount(ctx, input)),
  update: procedure("account:write")
    .input(UpdateAccountInput)
    .mutation(({ ctx, input }) => updateAccount(ctx, input)),
});
