import { collectDefaultMetrics, Counter, Histogram, Registry } from "prom-client";

export const metrics = new Registry();
collectDefaultMetrics({ register: metrics });

export const httpDuration = new Histogram({
  name: "ringside_http_request_seconds",
  help: "Time to answer an HTTP request",
  labelNames: ["method", "route", "status"],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  registers: [metrics],
});

export const unhandledErrors = new Counter({
  name: "ringside_unhandled_errors_total",
  help: "Errors that reached the last-resort handler",
  registers: [metrics],
});
