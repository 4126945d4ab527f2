import type { Outputs } from "../../client-navigation.ts";

export type Lead = Outputs["leads"]["get"];
