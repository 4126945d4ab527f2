export { accountsRouter } from "./router.ts";
export { getAccount, listAccounts } from "./queries.ts";
export { findDuplicates, type LikelyDuplicate } from "./duplicates.ts";
export { createAccount, lockAccount, requireOwnTeam, updateAccount } from "./write-account.ts";
