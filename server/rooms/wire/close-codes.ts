/**
 * Why a room's socket was closed, in the bands y-websocket 3.1 understands: 4400-4499 means that coming back is pointless,
 * every other code that the client tries again.
 */
export const CloseCode = {
  Restart: 1012,
  TryLater: 1013,
  Malformed: 4400,
  Revoked: 4401,
  Forbidden: 4403,
  Gone: 4404,
  OtherEpoch: 4409,
  TooLarge: 4413,
  /** The room could not be loaded, or the role changed: the client comes back and is admitted anew. */
  NotReady: 4503,
} as const;
export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];
