export { accountsRouter } from "./router.ts";
export { getAccount, listAccounts } from "./queries.ts";
export { findDuplicates as findDuplicateAccounts, hostOf } from "./duplicates.ts";
export { createAccount, lockAccount, requireOwnTeam, updateAccount } from "./write-account.ts";
