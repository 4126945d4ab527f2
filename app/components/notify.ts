import { notifications } from "@mantine/notifications";
import { errorInfo } from "../trpc.ts";

/** What a refused change says: the server's own words when it has some. */
export function showError(error: unknown): void {
  const info = errorInfo(error);
  const message = info ? (error as Error).message : "The server did not answer. Your change was not saved.";
  notifications.show({ color: "red", title: "Not saved", message, autoClose: 8000 });
}

export const showDone = (message: string): void => void notifications.show({ message, autoClose: 3000 });
