import type { LeadRules } from "#db/schema/index.ts";

/** Minutes of working time until the first touch. */
export const DEFAULT_LEAD_SLA = [
  { name: "Standard", purpose: "standard", responseMinutes: 240, atRiskPercent: 75 },
  { name: "Hot lead", purpose: "hot", responseMinutes: 120, atRiskPercent: 50 },
  { name: "Event list", purpose: "other", responseMinutes: 960, atRiskPercent: 75 },
] as const;

/** What a new workspace starts with; every value is data that an administrator may change. */
export const DEFAULT_LEAD_RULES: LeadRules = {
  assignment: {
    rules: [
      {
        key: "everyone",
        name: "Everybody who sells, in turn",
        isActive: true,
        when: {},
        userIds: [],
        teamIds: [],
        method: "round_robin",
        maxOpenLeads: 200,
      },
    ],
  },
  score: {
    threshold: 70,
    fit: [
      { key: "size", label: "200 employees or more", field: "employees", test: "between", min: 200, points: 15 },
      { key: "small", label: "Fewer than 10 employees", field: "employees", test: "between", max: 9, points: -10 },
      {
        key: "decides",
        label: "Title of somebody who decides",
        field: "title",
        test: "contains",
        values: ["chief", "ceo", "cfo", "cto", "coo", "president", "head", "director", "vp", "owner", "founder"],
        points: 15,
      },
      { key: "business_email", label: "Business e-mail address", field: "email", test: "business_email", points: 8 },
      { key: "phone", label: "Phone number given", field: "phone", test: "filled", points: 4 },
      {
        key: "warm_source",
        label: "Referral or partner",
        field: "source",
        test: "one_of",
        values: ["referral", "partner"],
        points: 10,
      },
    ],
    signals: [
      { kind: "email_opened", label: "Opened an e-mail", points: 2, halfLifeDays: 7, maxPoints: 6 },
      { kind: "email_clicked", label: "Clicked in an e-mail", points: 5, halfLifeDays: 14, maxPoints: 15 },
      { kind: "email_replied", label: "Replied to an e-mail", points: 10, halfLifeDays: 21, maxPoints: 20 },
      { kind: "site_visited", label: "Visited the site", points: 2, halfLifeDays: 7, maxPoints: 8 },
      { kind: "pricing_viewed", label: "Looked at the pricing page", points: 10, halfLifeDays: 14, maxPoints: 20 },
      { kind: "form_submitted", label: "Sent a form", points: 10, halfLifeDays: 30, maxPoints: 20 },
      { kind: "content_downloaded", label: "Downloaded content", points: 6, halfLifeDays: 21, maxPoints: 12 },
      { kind: "demo_requested", label: "Asked for a demo", points: 25, halfLifeDays: 30, maxPoints: 25 },
      { kind: "event_attended", label: "Attended an event", points: 10, halfLifeDays: 30, maxPoints: 20 },
      { kind: "call_connected", label: "Talked on the phone", points: 12, halfLifeDays: 30, maxPoints: 24 },
      { kind: "meeting_booked", label: "Booked a meeting", points: 18, halfLifeDays: 30, maxPoints: 27 },
      { kind: "chat_started", label: "Started a chat", points: 6, halfLifeDays: 14, maxPoints: 12 },
      { kind: "proposal_viewed", label: "Looked at a proposal", points: 15, halfLifeDays: 21, maxPoints: 30 },
      {
        kind: "price_asked",
        label: "Asked for a price or a date in a reply",
        points: 15,
        halfLifeDays: 21,
        maxPoints: 15,
      },
      { kind: "unsubscribed", label: "Unsubscribed", points: -30, halfLifeDays: 365, maxPoints: -30 },
    ],
  },
  hot: {
    rules: [
      {
        key: "pricing_twice",
        label: "Looked at the pricing page twice",
        kind: "signal",
        signal: "pricing_viewed",
        count: 2,
        withinHours: 168,
      },
      {
        key: "demo",
        label: "Asked for a demo",
        kind: "signal",
        signal: "demo_requested",
        count: 1,
        withinHours: 168,
      },
      {
        key: "price",
        label: "Asked for a price or a date",
        kind: "signal",
        signal: "price_asked",
        count: 1,
        withinHours: 168,
      },
      { key: "rise", label: "Score up 20 within a day", kind: "score_rise", points: 20, withinHours: 24 },
    ],
  },
  status: {
    undoMinutes: 60,
    rules: [
      { outcome: "connected", from: ["new", "nurture"], to: "working" },
      { outcome: "voicemail", from: ["new"], to: "working" },
      { outcome: "no_response", from: ["new"], to: "working" },
    ],
  },
};
