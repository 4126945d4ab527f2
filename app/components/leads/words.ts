/** Words of the screens for what the data calls by keys. */
export const STATUS_WORDS = {
  new: "New",
  working: "Working",
  nurture: "Nurture",
  qualified: "Qualified",
  disqualified: "Disqualified",
  converted: "Converted",
} as const;
export const STATUS_COLORS = {
  new: "blue",
  working: "indigo",
  nurture: "grape",
  qualified: "green",
  disqualified: "gray",
  converted: "teal",
} as const;

export const SOURCES = [
  { value: "web", label: "Web" },
  { value: "email", label: "E-mail" },
  { value: "event", label: "Event" },
  { value: "referral", label: "Referral" },
  { value: "partner", label: "Partner" },
  { value: "phone", label: "Phone" },
  { value: "import", label: "Import" },
  { value: "other", label: "Other" },
] as const;

export const sourceWord = (source: string): string => SOURCES.find(({ value }) => value === source)?.label ?? source;
export const fullName = (row: { firstName: string; lastName: string }): string =>
  `${row.firstName} ${row.lastName}`.trim();
