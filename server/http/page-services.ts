import { SignInInput } from "#server/auth/sign-in.ts";
import { DomainError, InvalidInputError } from "#server/core/errors.ts";
import { completeSetup, isSetupLinkOpen, SetupInput } from "#server/setup/index.ts";
import type { Services } from "#server/trpc/context.ts";
import type { PageContext } from "./page-context.ts";

interface Visit {
  ip: string;
  requestId: string;
  userAgent: string | null;
  cookieFor(sessionId: string, expiresAt: Date): string;
}

type PageServices = Pick<PageContext, "signIn" | "setup">;

/** What a visitor who is not signed in can do: sign in, and on a new server make the workspace. */
export function createPageServices(services: Services, visit: Visit): PageServices {
  const { db, auth, now } = services;
  const textOf = (form: FormData, name: string): string => {
    const value = form.get(name);
    return typeof value === "string" ? value : "";
  };

  async function signIn(form: FormData): ReturnType<PageServices["signIn"]> {
    const parsed = SignInInput.safeParse({ email: textOf(form, "email"), password: textOf(form, "password") });
    if (!parsed.success) return { error: "Enter your e-mail address and your password." };
    try {
      const { sessionId, expiresAt } = await auth.signIn(parsed.data, visit);
      return { cookie: visit.cookieFor(sessionId, expiresAt) };
    } catch (error) {
      if (error instanceof DomainError) return { error: error.message, status: error.code === "limit" ? 429 : 401 };
      throw error;
    }
  }

  return {
    signIn,
    setup: {
      isOpen: (token) => isSetupLinkOpen(db, token, now()),
      async complete(form) {
        const names = ["token", "workspaceName", "timeZone", "currency", "name", "email", "password"];
        const parsed = SetupInput.safeParse(Object.fromEntries(names.map((name) => [name, textOf(form, name)])));
        if (!parsed.success) {
          const fields = Object.fromEntries(parsed.error.issues.map(({ path, message }) => [path.join("."), message]));
          return { error: "Something is missing", fields, status: 422 };
        }
        try {
          await completeSetup(db, parsed.data, now());
        } catch (error) {
          if (error instanceof InvalidInputError)
            return { error: error.message, fields: { password: error.message }, status: 422 };
          if (error instanceof DomainError) return { error: "This link was used already or is too old.", status: 404 };
          throw error;
        }
        return signIn(form);
      },
    },
  };
}
