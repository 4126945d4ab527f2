export const FIRST_NAMES =
  "Maya Rafael Ingrid Tomas Aisha Lukas Priya Jonas Elena Mateo Sofia Noah Yuki Omar Clara Felix Nadia Hugo Leila Anton Greta Samir Ines Viktor Amara Pablo Freya Karim Lina Oscar Zoe Milan Rosa Theo Hana Emil Nora Idris Vera Bruno Alma Kofi Selma Axel Mira Dario Edda Ravi Juno Levi".split(
    " ",
  );
export const LAST_NAMES =
  "Lindqvist Ortega Bauer Novak Rahman Fischer Nair Hansen Petrova Silva Rossi Keller Tanaka Haddad Moreau Weber Costa Jensen Farouk Ivanov Berg Mansour Duarte Horvat Okafor Vega Nilsen Aziz Koch Lund Marin Becker Conti Vogel Sato Ritter Holm Diallo Kovac Greco Falk Mensah Aydin Strand Popov Ferri Winter Shah Brandt Cohen".split(
    " ",
  );
const NAME_HEADS =
  "Alder Beacon Cobalt Delta Ember Fathom Granite Harbor Iris Juniper Kestrel Lumen Meridian Northgate Orchard Pinnacle Quarry Riverside Summit Tidal Umber Vantage Willow Yarrow Zephyr Arbor Bright Cedar".split(
    " ",
  );
const NAME_TAILS = [
  "Logistics",
  "Health",
  "Foods",
  "Robotics",
  "Energy",
  "Insurance",
  "Textiles",
  "Media",
  "Labs",
  "Bank",
  "Retail",
  "Airways",
];
export const ACCOUNT_NAMES = NAME_TAILS.flatMap((tail) => NAME_HEADS.map((head) => `${head} ${tail}`));
export const INDUSTRIES = [
  "Logistics",
  "Healthcare",
  "Retail",
  "Manufacturing",
  "Energy",
  "Insurance",
  "Software",
  "Banking",
  "Telecommunications",
  "Education",
];
export const COUNTRIES = [
  "United States",
  "Germany",
  "Sweden",
  "Brazil",
  "Japan",
  "Kenya",
  "Spain",
  "Canada",
  "Poland",
  "India",
];
export const TITLES: readonly (readonly [title: string, role: string])[] = [
  ["Chief Financial Officer", "Decision Maker"],
  ["VP Operations", "Decision Maker"],
  ["Head of IT", "Technical Evaluator"],
  ["Operations Manager", "Champion"],
  ["Procurement Lead", "Procurement"],
  ["Project Manager", "Influencer"],
];
export const PRODUCTS: readonly (readonly [name: string, family: string, price: number])[] = [
  ["Relay Core", "Relay", 5_500],
  ["Relay Plus", "Relay", 12_000],
  ["Relay Enterprise", "Relay", 48_000],
  ["Atlas Basic", "Atlas", 1_100],
  ["Atlas Advanced", "Atlas", 3_400],
  ["Pulse Sensor Kit", "Pulse", 560],
  ["Pulse Fleet", "Pulse", 26_000],
];
export const COMPETITORS = ["Corvex", "Bluepeak", "Tallyware", "Nordbit"];
export const NEEDS = [
  "shorter month-end closing",
  "fewer failed deliveries",
  "one view of all sites",
  "audit-proof records",
  "faster onboarding of drivers",
  "less manual re-keying",
  "alerts before machines stop",
  "reports the board trusts",
];
export const OBJECTIONS = [
  "The price is well above last year's budget",
  "IT has no capacity before the next quarter",
  "Legal wants the data to stay in the country",
  "The pilot numbers did not convince the plant managers",
  "They fear the migration of ten years of records",
];
export const NEXT_STEPS = [
  "Send the revised pricing",
  "Book the demo with the plant managers",
  "Call the CFO about budget timing",
  "Share the security questionnaire",
  "Agree on the pilot's success criteria",
  "Introduce the solution engineer",
  "Walk procurement through the contract",
  "Confirm the decision date",
];
