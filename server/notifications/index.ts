export { notificationsRouter } from "./router.ts";
export { notify, type NewNotification } from "./notifications.ts";
