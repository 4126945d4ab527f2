/** `__Host-` binds the cookie to this host and to TLS; browsers refuse that name on plain http. */
const SECURE_NAME = "__Host-ringside";
const PLAIN_NAME = "ringside_session";

export function readSessionCookie(header: string | undefined): string | undefined {
  for (const part of header?.split(";") ?? []) {
    const [name, value] = part.trim().split("=", 2);
    if ((name === SECURE_NAME || name === PLAIN_NAME) && value) return value;
  }
  return undefined;
}

/** `Set-Cookie` for a new session. */
export function sessionCookie(sessionId: string, expiresAt: Date, isTls: boolean): string {
  const common = `HttpOnly; SameSite=Lax; Path=/; Expires=${expiresAt.toUTCString()}`;
  return isTls ? `${SECURE_NAME}=${sessionId}; Secure; ${common}` : `${PLAIN_NAME}=${sessionId}; ${common}`;
}

/** `Set-Cookie` values that remove the session's cookie under both names. */
export const clearedSessionCookies = (): string[] => [
  `${SECURE_NAME}=; Secure; HttpOnly; SameSite=Lax; Path=/; Max-Age=0`,
  `${PLAIN_NAME}=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0`,
];
