export * from "./workspace.ts";
export * from "./events.ts";
export * from "./crm.ts";
export * from "./coaching.ts";
export * from "./imports.ts";
export * from "./rooms.ts";
export * from "./assistant.ts";
