import { z } from "zod";
import { procedure, router } from "#server/trpc/init.ts";
import { removeAccountRole, RemoveAccountRoleInput, setAccountRole, SetAccountRoleInput } from "./account-roles.ts";
import { getContact, listContacts, ListContactsInput } from "./queries.ts";
import { createContact, CreateContactInput, updateContact, UpdateContactInput } from "./write-contact.ts";

export const contactsRouter = router({
  list: procedure("contact:read")
    .input(ListContactsInput)
    .query(({ ctx, input }) => listContacts(ctx, input)),
  get: procedure("contact:read")
    .input(z.strictObject({ contactId: z.uuid() }))
    .query(({ ctx, input }) => getContact(ctx, input)),
  create: procedure("contact:write")
    .input(CreateContactInput)
    .mutation(({ ctx, input }) => createContact(ctx, input)),
  update: procedure("contact:write")
    .input(UpdateContactInput)
    .mutation(({ ctx, input }) => updateContact(ctx, input)),
  setAccountRole: procedure("contact:write")
    .input(SetAccountRoleInput)
    .mutation(({ ctx, input }) => setAccountRole(ctx, input)),
  removeAccountRole: procedure("contact:write")
    .input(RemoveAccountRoleInput)
    .mutation(({ ctx, input }) => removeAccountRole(ctx, input)),
});
