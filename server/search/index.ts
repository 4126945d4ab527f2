export { searchRouter, type FoundRecord } from "./router.ts";
