import type { ImportRecordType } from "#db/schema/index.ts";

export type FieldKind = "text" | "integer" | "money" | "date" | "email" | "probability";

/** One field that a column of a file may fill. */
export interface ImportField {
  key: string;
  label: string;
  kind: FieldKind;
  isRequired?: boolean;
  maxLength?: number;
  /** Other names for it in exports of other products, letters and digits only. */
  aliases: readonly string[];
}

const field = (
  key: string,
  label: string,
  kind: FieldKind,
  aliases: string[],
  more: Partial<ImportField> = {},
): ImportField => ({
  key,
  label,
  kind,
  aliases,
  ...more,
});
const externalId = (...aliases: string[]): ImportField =>
  field("externalId", "External id", "text", ["id", "recordid", "externalid", ...aliases], { maxLength: 200 });
const owner = field(
  "owner",
  "Owner (name or e-mail)",
  "text",
  ["owner", "ownername", "salesagent", "salesrep", "assignedto", "sales"],
  { maxLength: 254 },
);

export const IMPORT_FIELDS: Record<ImportRecordType, readonly ImportField[]> = {
  user: [
    field("name", "Name", "text", ["salesagent", "agent", "fullname", "user"], { isRequired: true, maxLength: 120 }),
    field("email", "E-mail", "email", ["emailaddress", "mail"]),
    field("manager", "Manager (name)", "text", ["managername", "reportsto"], { maxLength: 120 }),
    field("team", "Region or parent team", "text", ["regionaloffice", "region", "office", "teamname"], {
      maxLength: 120,
    }),
  ],
  account: [
    field("name", "Name", "text", ["account", "accountname", "company", "companyname", "organization"], {
      isRequired: true,
      maxLength: 200,
    }),
    externalId("accountid"),
    field("industry", "Industry", "text", ["sector"], { maxLength: 100 }),
    field("domain", "Domain or website", "text", ["website", "url", "web"], { maxLength: 253 }),
    field("phone", "Phone", "text", ["telephone", "phonenumber"], { maxLength: 50 }),
    field("country", "Country", "text", ["officelocation", "billingcountry", "location"], { maxLength: 100 }),
    field("city", "City", "text", ["billingcity"], { maxLength: 100 }),
    field("employees", "Employees", "integer", ["numberofemployees", "employeecount", "headcount"]),
    field("yearEstablished", "Year established", "integer", ["founded", "yearfounded"]),
    field("annualRevenue", "Annual revenue", "money", ["revenue", "annualrevenue"]),
    field("description", "Description", "text", ["notes", "about"], { maxLength: 20_000 }),
    field(
      "parent",
      "Parent account (name or external id)",
      "text",
      ["subsidiaryof", "parentid", "parentaccount", "parentname"],
      { maxLength: 200 },
    ),
    owner,
  ],
  contact: [
    externalId("contactid"),
    field("firstName", "First name", "text", ["firstname", "givenname", "first"], { maxLength: 100 }),
    field("lastName", "Last name", "text", ["lastname", "surname", "familyname", "last"], {
      isRequired: true,
      maxLength: 100,
    }),
    field("title", "Title", "text", ["jobtitle", "position"], { maxLength: 150 }),
    field("email", "E-mail", "email", ["emailwork", "emailaddress", "workemail"]),
    field("phone", "Phone", "text", ["phonework", "workphone", "mobile"], { maxLength: 50 }),
    field(
      "account",
      "Account (name or external id)",
      "text",
      ["company", "companyname", "accountid", "accountname", "organization"],
      { maxLength: 200 },
    ),
    field("notes", "Notes", "text", ["background", "description"], { maxLength: 20_000 }),
    owner,
  ],
  product: [
    field("name", "Name", "text", ["product", "productname"], { isRequired: true, maxLength: 200 }),
    externalId("productid", "sku", "productcode"),
    field("family", "Family", "text", ["series", "productfamily", "category"], { maxLength: 100 }),
    field("listPrice", "List price", "money", ["salesprice", "price", "unitprice"]),
  ],
  opportunity: [
    externalId("opportunityid", "dealid"),
    field("name", "Name", "text", ["opportunity", "opportunityname", "dealname", "deal"], { maxLength: 200 }),
    field("account", "Account (name or external id)", "text", ["accountname", "accountid", "company"], {
      maxLength: 200,
    }),
    field("product", "Product (name)", "text", ["productname"], { maxLength: 200 }),
    field("stage", "Stage", "text", ["dealstage", "stagename", "status"], { isRequired: true, maxLength: 100 }),
    field("amount", "Amount", "money", ["closevalue", "value", "dealvalue", "expectedrevenue"]),
    field("closeDate", "Close date", "date", ["closedate", "expectedclosedate", "closingdate"]),
    field("openedOn", "Opened on", "date", ["engagedate", "createddate", "opendate", "startdate"]),
    field("probability", "Probability", "probability", ["winprobability"]),
    field("nextStep", "Next step", "text", ["nextstep"], { maxLength: 500 }),
    owner,
  ],
  lead: [
    externalId("leadid"),
    field("firstName", "First name", "text", ["firstname", "givenname", "first"], { maxLength: 100 }),
    field("lastName", "Last name", "text", ["lastname", "surname", "familyname", "last", "name", "fullname"], {
      isRequired: true,
      maxLength: 100,
    }),
    field("company", "Company", "text", ["companyname", "account", "organization", "employer"], { maxLength: 200 }),
    field("title", "Title", "text", ["jobtitle", "position"], { maxLength: 150 }),
    field("email", "E-mail", "email", ["emailaddress", "mail", "workemail"]),
    field("phone", "Phone", "text", ["telephone", "phonenumber", "mobile"], { maxLength: 50 }),
    field("website", "Website", "text", ["url", "web", "domain"], { maxLength: 253 }),
    field("country", "Country", "text", ["location"], { maxLength: 100 }),
    field("industry", "Industry", "text", ["sector"], { maxLength: 100 }),
    field("employees", "Employees", "integer", ["numberofemployees", "employeecount", "headcount", "companysize"]),
    field("source", "Source", "text", ["leadsource", "channel"], { maxLength: 40 }),
    field("campaign", "Campaign (name)", "text", ["campaignname", "event", "eventname"], { maxLength: 200 }),
    field("description", "Notes", "text", ["comments", "message", "description"], { maxLength: 20_000 }),
    owner,
  ],
  activity: [
    externalId("activityid", "taskid"),
    field("subject", "Subject", "text", ["title", "name"], { isRequired: true, maxLength: 300 }),
    field("kind", "Kind (call, email, meeting, visit, note)", "text", ["type", "tasksubtype"], { maxLength: 50 }),
    field("body", "Notes", "text", ["description", "comments", "notes"], { maxLength: 100_000 }),
    field("occurredOn", "Date", "date", ["activitydate", "date", "createddate"]),
    field("account", "Account (name or external id)", "text", ["accountid", "accountname", "company", "whatid"], {
      maxLength: 200,
    }),
    field("opportunity", "Opportunity (external id)", "text", ["opportunityid", "dealid"], { maxLength: 200 }),
    owner,
  ],
};

/** Letters and digits of a header, lower case: "Close_Date" and "close date" are the same. */
export const normaliseHeader = (header: string): string => header.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");

/** Columns matched to fields by name; each field at most once, first column wins. Others stay unmapped and are reported. */
export function suggestMapping(recordType: ImportRecordType, header: readonly string[]): Record<string, string> {
  const mapping: Record<string, string> = {};
  const taken = new Set<string>();
  const passes = [
    (one: ImportField, name: string) => normaliseHeader(one.key) === name || normaliseHeader(one.label) === name,
    (one: ImportField, name: string) => one.aliases.includes(name),
  ];
  for (const matches of passes) {
    for (const column of header) {
      const found =
        column in mapping
          ? undefined
          : IMPORT_FIELDS[recordType].find((one) => !taken.has(one.key) && matches(one, normaliseHeader(column)));
      if (!found) continue;
      mapping[column] = found.key;
      taken.add(found.key);
    }
  }
  return mapping;
}
