import { availableParallelism } from "node:os";
import { hash, verify } from "@node-rs/argon2";
import { InvalidInputError, LimitError } from "#server/core/errors.ts";

/** OWASP ASVS 5 asks for at least m = 12 MiB at t = 3; 64 MiB takes about 70 ms on a two-core machine. */
const PARAMETERS = { memoryCost: 65_536, timeCost: 3, parallelism: 1 } as const;
const MIN_LENGTH = 12;
const MAX_LENGTH = 128;
/** Callers that may wait for a hashing slot: at 64 MiB each, a flood of sign-ins must queue, and beyond this be refused. */
const MAX_WAITING = 64;

let free = Math.max(1, availableParallelism());
const waiting: (() => void)[] = [];

async function withHashingSlot<T>(work: () => Promise<T>): Promise<T> {
  if (free > 0) free--;
  else if (waiting.length >= MAX_WAITING)
    throw new LimitError("Too many sign-ins at once. Try again in a moment.", { retryAfterSeconds: 5 });
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else free++;
  }
}

/** PHC string. @throws InvalidInputError outside 12 to 128 characters. */
export function hashPassword(password: string): Promise<string> {
  const length = [...password].length;
  if (length < MIN_LENGTH || length > MAX_LENGTH) {
    throw new InvalidInputError(`A password has ${MIN_LENGTH} to ${MAX_LENGTH} characters`, { password: "length" });
  }
  return withHashingSlot(() => hash(password, PARAMETERS));
}

let nobodysHash: Promise<string> | undefined;

/** Takes as long for an account that does not exist (or has no password) as for a wrong password. */
export async function isPasswordCorrect(passwordHash: string | null, password: string): Promise<boolean> {
  nobodysHash ??= hash("a password that nobody has", PARAMETERS);
  const stored = passwordHash ?? (await nobodysHash);
  const isCorrect = await withHashingSlot(() => verify(stored, password.slice(0, 1024)));
  return isCorrect && passwordHash !== null;
}
