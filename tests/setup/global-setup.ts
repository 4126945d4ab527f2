import type { TestProject } from "vitest/node";
import { startBroker } from "./embedded-broker.ts";
import { makePostgresTemplate, type PostgresTemplate } from "./postgres-template.ts";

/** Where test files get their database from. */
export type TestDatabaseSource =
  { kind: "embedded"; brokerPath: string } | ({ kind: "postgres" } & Omit<PostgresTemplate, "drop">);

declare module "vitest" {
  interface ProvidedContext {
    testDatabase: TestDatabaseSource;
  }
}

/** Nothing is started before the first file asks for a database. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const adminUrl = process.env.TEST_DATABASE_URL;
  if (!adminUrl) {
    const broker = await startBroker();
    project.provide("testDatabase", { kind: "embedded", brokerPath: broker.path });
    return () => broker.stop();
  }
  const { drop, ...template } = await makePostgresTemplate(adminUrl);
  project.provide("testDatabase", { kind: "postgres", ...template });
  return drop;
}
