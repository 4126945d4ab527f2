import { initTRPC, TRPCError } from "@trpc/server";
import { z } from "zod";
import type { Auth } from "#server/auth/sign-in.ts";
import type { RequestContext } from "#server/core/context.ts";
import { classifyDatabaseError, DATABASE_UNAVAILABLE } from "#server/core/database-errors.ts";
import { DomainError, type DomainErrorCode } from "#server/core/errors.ts";
import { log } from "#server/core/log.ts";
import { requirePermission, type Permission } from "#server/core/permissions.ts";

/** What a transport knows of a call: who it is (nobody before sign-in) and what the process offers. */
export interface TrpcContext {
  request: RequestContext | undefined;
  requestId: string;
  auth: Auth;
}

interface ProcedureMeta {
  /** The permission that guards the procedure; `public` only for what a stranger may call. */
  permission: Permission | "signed-in" | "public";
}

const STATUS: Record<DomainErrorCode, TRPCError["code"]> = {
  not_found: "NOT_FOUND",
  forbidden: "FORBIDDEN",
  conflict: "CONFLICT",
  limit: "TOO_MANY_REQUESTS",
  unavailable: "SERVICE_UNAVAILABLE",
  invalid_input: "UNPROCESSABLE_CONTENT",
  unauthenticated: "UNAUTHORIZED",
};

/** What a client learns of a refusal beside its message. */
export interface ErrorInfo {
  domain: DomainErrorCode | null;
  details: Record<string, unknown>;
  requestId: string | null;
}

const t = initTRPC
  .context<TrpcContext>()
  .meta<ProcedureMeta>()
  .create({
    errorFormatter({ shape, error, ctx }) {
      const info: ErrorInfo = { domain: null, details: {}, requestId: ctx?.requestId ?? null };
      let message = shape.message;
      if (error.cause instanceof DomainError) {
        info.domain = error.cause.code;
        info.details = error.cause.details;
      } else if (error.cause instanceof z.ZodError) {
        info.domain = "invalid_input";
        info.details = {
          fields: Object.fromEntries(error.cause.issues.map((issue) => [issue.path.join("."), issue.message])),
        };
        message = "Some of what was sent is not valid";
      } else if (error.code === "INTERNAL_SERVER_ERROR") {
        message = "Something went wrong";
      }
      const { stack: _stack, ...data } = shape.data as typeof shape.data & { stack?: string };
      return { ...shape, message, data: { ...data, info } };
    },
    sse: { enabled: false },
  });

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

/** Domain errors keep their meaning on the way out; anything else is ours to mend, is logged in full and told in general words. */
const mapErrors = t.middleware(async ({ next, path, ctx }) => {
  const result = await next();
  if (result.ok) return result;
  const { cause } = result.error;
  if (cause instanceof DomainError) throw new TRPCError({ code: STATUS[cause.code], message: cause.message, cause });
  if (result.error.code !== "INTERNAL_SERVER_ERROR") return result;
  const failure = classifyDatabaseError(cause);
  if (failure === "no_such_record") throw new TRPCError({ code: "NOT_FOUND", message: "Not found" });
  if (failure === "not_storable")
    throw new TRPCError({ code: "UNPROCESSABLE_CONTENT", message: "Some of what was sent cannot be stored" });
  log.error({ err: cause ?? result.error, path, requestId: ctx.requestId }, "procedure failed");
  if (failure === "unavailable") throw toUnavailableError(cause);
  // Pages show a refusal's words too, and those of a driver hold statements and values.
  throw new TRPCError({ code: "INTERNAL_SERVER_ERROR", message: "Something went wrong" });
});

/** A refusal in plain words when the database is away; any other error as it is. */
export const toUnavailableError = (error: unknown): unknown =>
  classifyDatabaseError(error) === "unavailable"
    ? new TRPCError({ code: "SERVICE_UNAVAILABLE", message: DATABASE_UNAVAILABLE })
    : error;

export const publicProcedure = t.procedure.meta({ permission: "public" }).use(mapErrors);

/** Deny by default: every procedure names the permission that guards it, and a test enumerates them. */
export const procedure = (permission: Permission | "signed-in") =>
  t.procedure
    .meta({ permission })
    .use(mapErrors)
    .use(({ ctx, next }) => {
      const { request } = ctx;
      if (!request) throw new TRPCError({ code: "UNAUTHORIZED", message: "Please sign in" });
      if (permission !== "signed-in") requirePermission(request, permission);
      return next({ ctx: { ...request, auth: ctx.auth } });
    });
