export { listHeads, readKnownHeads, verifyAudit } from "./verify-audit.ts";
