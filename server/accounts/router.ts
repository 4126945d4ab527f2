import { z } from "zod";
import { procedure, router } from "#server/trpc/init.ts";
import { findDuplicates, FindDuplicatesInput } from "./duplicates.ts";
import { getHierarchy } from "./hierarchy.ts";
import { AccountHistoryInput, getAccountHistory } from "./history.ts";
import {
  addObjective,
  AddObjectiveInput,
  removeObjective,
  RemoveObjectiveInput,
  updateObjective,
  UpdateObjectiveInput,
} from "./objectives.ts";
import { getAccount, listAccounts, ListAccountsInput } from "./queries.ts";
import { getRelationshipMap } from "./relationship-map.ts";
import { removeTeamMember, RemoveTeamMemberInput, setTeamMember, SetTeamMemberInput } from "./team.ts";
import { createAccount, CreateAccountInput, updateAccount, UpdateAccountInput } from "./write-account.ts";

const ById = z.strictObject({ accountId: z.uuid() });

export const accountsRouter = router({
  list: procedure("account:read")
    .input(ListAccountsInput)
    .query(({ ctx, input }) => listAccounts(ctx, input)),
  get: procedure("account:read")
    .input(ById)
    .query(({ ctx, input }) => getAccount(ctx, input)),
  duplicates: procedure("account:read")
    .input(FindDuplicatesInput)
    .query(({ ctx, input }) => findDuplicates(ctx, input)),
  hierarchy: procedure("account:read")
    .input(ById)
    .query(({ ctx, input }) => getHierarchy(ctx, input)),
  map: procedure("contact:read")
    .input(ById)
    .query(({ ctx, input }) => getRelationshipMap(ctx, input)),
  history: procedure("account:read")
    .input(AccountHistoryInput)
    .query(({ ctx, input }) => getAccountHistory(ctx, input)),
  create: procedure("account:write")
    .input(CreateAccountInput)
    .mutation(({ ctx, input }) => createAccount(ctx, input)),
  update: procedure("account:write")
    .input(UpdateAccountInput)
    .mutation(({ ctx, input }) => updateAccount(ctx, input)),
  setTeamMember: procedure("account:write")
    .input(SetTeamMemberInput)
    .mutation(({ ctx, input }) => setTeamMember(ctx, input)),
  removeTeamMember: procedure("account:write")
    .input(RemoveTeamMemberInput)
    .mutation(({ ctx, input }) => removeTeamMember(ctx, input)),
  addObjective: procedure("account:write")
    .input(AddObjectiveInput)
    .mutation(({ ctx, input }) => addObjective(ctx, input)),
  updateObjective: procedure("account:write")
    .input(UpdateObjectiveInput)
    .mutation(({ ctx, input }) => updateObjective(ctx, input)),
  removeObjective: procedure("account:write")
    .input(RemoveObjectiveInput)
    .mutation(({ ctx, input }) => removeObjective(ctx, input)),
});
