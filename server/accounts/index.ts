export { accountsRouter } from "./router.ts";
export { getAccount, listAccounts } from "./queries.ts";
export { createAccount, requireOwnTeam, updateAccount } from "./write-account.ts";
