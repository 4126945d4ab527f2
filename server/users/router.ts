import { setPassword, SetPasswordInput } from "#server/auth/change-password.ts";
import { procedure, router } from "#server/trpc/init.ts";
import { createTeam, CreateTeamInput, listTeams, updateTeam, UpdateTeamInput } from "./teams.ts";
import { createUser, CreateUserInput, getMe, listAssignable, listUsers, updateUser, UpdateUserInput } from "./users.ts";

export const usersRouter = router({
  me: procedure("signed-in").query(({ ctx }) => getMe(ctx)),
  list: procedure("user:read").query(({ ctx }) => listUsers(ctx)),
  assignable: procedure("user:read").query(({ ctx }) => listAssignable(ctx)),
  create: procedure("user:manage")
    .input(CreateUserInput)
    .mutation(({ ctx, input }) => createUser(ctx, input)),
  update: procedure("user:manage")
    .input(UpdateUserInput)
    .mutation(({ ctx, input }) => updateUser(ctx, input)),
  setPassword: procedure("user:manage")
    .input(SetPasswordInput)
    .mutation(({ ctx, input }) => setPassword(ctx, input)),
  teams: procedure("user:read").query(({ ctx }) => listTeams(ctx)),
  createTeam: procedure("user:manage")
    .input(CreateTeamInput)
    .mutation(({ ctx, input }) => createTeam(ctx, input)),
  updateTeam: procedure("user:manage")
    .input(UpdateTeamInput)
    .mutation(({ ctx, input }) => updateTeam(ctx, input)),
});
