/** Every way in which the business says no. A new code does not compile until the transport maps it. */
export type DomainErrorCode =
  "not_found" | "forbidden" | "conflict" | "limit" | "unavailable" | "invalid_input" | "unauthenticated";

/** `details` travel to the client: keep them free of anything the caller may not read. */
export abstract class DomainError extends Error {
  abstract readonly code: DomainErrorCode;
  constructor(
    message: string,
    readonly details: Record<string, unknown> = {},
  ) {
    super(message);
    this.name = new.target.name;
  }
}

export class NotFoundError extends DomainError {
  readonly code = "not_found";
  constructor(recordType: string, id: string) {
    super(`${recordType} not found`, { recordType, id });
  }
}

export class ForbiddenError extends DomainError {
  readonly code = "forbidden";
}

export class UnauthenticatedError extends DomainError {
  readonly code = "unauthenticated";
}

export class ConflictError extends DomainError {
  readonly code = "conflict";
}

/** A stale write: `details.server` holds the current values of the fields the caller wanted to change. */
export class StaleWriteError extends ConflictError {
  constructor(recordType: string, version: number, server: Record<string, unknown>) {
    super(`${recordType} was changed by someone else in the meantime`, { stale: true, version, server });
  }
}

export class LimitError extends DomainError {
  readonly code = "limit";
}

export class UnavailableError extends DomainError {
  readonly code = "unavailable";
}

/** Input that parses but breaks a rule; `details.fields` maps a field to what is wrong with it. */
export class InvalidInputError extends DomainError {
  readonly code = "invalid_input";
  constructor(message: string, fields: Record<string, string> = {}, rule?: string, more: Record<string, unknown> = {}) {
    super(message, { fields, ...(rule ? { rule } : {}), ...more });
  }
}
