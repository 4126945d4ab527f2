export { contactsRouter } from "./router.ts";
export { createContact, updateContact } from "./write-contact.ts";
export { getContact, listContacts } from "./queries.ts";
