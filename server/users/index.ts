export { usersRouter } from "./router.ts";
export { getMe, listUsers } from "./users.ts";
