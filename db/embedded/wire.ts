// The few messages of PostgreSQL's wire protocol that are made or looked at here.

export const syncMessage = Uint8Array.of("S".charCodeAt(0), 0, 0, 0, 4);

/** A simple query. `text` is plain ASCII. */
export function queryMessage(text: string): Uint8Array {
  const message = Buffer.alloc(text.length + 6);
  message.write("Q");
  message.writeInt32BE(text.length + 5, 1);
  message.write(text, 5, "latin1");
  return message;
}

/** A start-up message is the only one without a type byte; its length begins with 0. */
export const isStartup = (message: Uint8Array): boolean => message[0] === 0;

/** Whether the server is through with the client's request after this message, and free for something else. */
export const endsRequest = (message: Uint8Array): boolean =>
  isStartup(message) || ["Q", "S"].includes(String.fromCharCode(message[0] ?? 0));

/** A simple query that would make the server read rows from the client, for which the engine cannot wait. */
export const isCopyIn = (message: Uint8Array): boolean =>
  message[0] === "Q".charCodeAt(0) &&
  /^\s*copy\b.*\bfrom\s+stdin\b/is.test(Buffer.from(message.subarray(5, 2_000)).toString("latin1"));

/** The answer to a request that is refused. */
export function refusal(code: string, text: string): Uint8Array {
  const fields = `SERROR\0VERROR\0C${code}\0M${text}\0\0`;
  const error = Buffer.alloc(5 + fields.length);
  error.write("E");
  error.writeInt32BE(4 + fields.length, 1);
  error.write(fields, 5, "latin1");
  return Buffer.concat([error, Buffer.from([...Buffer.from("Z"), 0, 0, 0, 5, ...Buffer.from("I")])]);
}
