import { resolve } from "node:path";
import { z } from "zod";

const EnvSchema = z.object({
  NODE_ENV: z.enum(["development", "production", "test"]).default("production"),
  PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  HOST: z.string().default("127.0.0.1"),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  DATABASE_ADMIN_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  DATA_DIR: z.string().min(1).default(".data"),
  REDIS_URL: z.url().optional(),
  APP_URL: z.url({ protocol: /^https?$/ }).optional(),
  SESSION_SECRET: z.string().min(32, "must have at least 32 characters").optional(),
  SMTP_URL: z.url().optional(),
  OPENAI_API_KEY: z.string().min(1).optional(),
  OPENAI_BASE_URL: z.url({ protocol: /^https?$/ }).optional(),
  OPENAI_MODEL: z.string().min(1).optional(),
  OPENAI_EMBEDDING_MODEL: z.string().min(1).optional(),
  METRICS_TOKEN: z.string().min(16).optional(),
  TRUSTED_PROXIES: z.string().default(""),
  RINGSIDE_DEMO: z.enum(["auto", "off", "allow"]).default("auto"),
});

export interface Settings {
  isProduction: boolean;
  port: number;
  host: string;
  databaseUrl: string | undefined;
  databaseAdminUrl: string | undefined;
  dataDir: string;
  redisUrl: string | undefined;
  /** Origins from which browsers may send changes and open sockets; derived from host and port when not set. */
  appUrl: string | undefined;
  smtpUrl: string | undefined;
  model:
    | {
        apiKey: string | undefined;
        baseUrl: string | undefined;
        chatModel: string | undefined;
        embeddingModel: string | undefined;
      }
    | undefined;
  metricsToken: string | undefined;
  trustedProxies: string[];
  /** `auto`: seed a demo workspace into a new embedded database; `allow`: also start in production with demo accounts. */
  demo: "auto" | "off" | "allow";
}

/**
 * Reads the environment once.
 * @throws Error that names every setting that is wrong, and no value.
 */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
  const parsed = EnvSchema.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`);
    throw new Error(`Settings are wrong:\n${problems.join("\n")}`);
  }
  const value = parsed.data;
  const hasModel = value.OPENAI_API_KEY !== undefined || value.OPENAI_BASE_URL !== undefined;
  return {
    isProduction: value.NODE_ENV === "production" && value.DATABASE_URL !== undefined,
    port: value.PORT,
    host: value.HOST,
    databaseUrl: value.DATABASE_URL,
    databaseAdminUrl: value.DATABASE_ADMIN_URL,
    dataDir: resolve(value.DATA_DIR),
    redisUrl: value.REDIS_URL,
    appUrl: value.APP_URL?.replace(/\/$/, ""),
    smtpUrl: value.SMTP_URL,
    model: hasModel
      ? {
          apiKey: value.OPENAI_API_KEY,
          baseUrl: value.OPENAI_BASE_URL,
          chatModel: value.OPENAI_MODEL,
          embeddingModel: value.OPENAI_EMBEDDING_MODEL,
        }
      : undefined,
    metricsToken: value.METRICS_TOKEN,
    trustedProxies: value.TRUSTED_PROXIES.split(",")
      .map((part) => part.trim())
      .filter(Boolean),
    demo: value.RINGSIDE_DEMO,
  };
}
