import { Counter, Gauge, Histogram, type Registry } from "prom-client";

const FAST_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

/** What the room server says about itself. */
export type RoomMetrics = ReturnType<typeof createRoomMetrics>;

export function createRoomMetrics(registry: Registry) {
  const registers = [registry];
  return {
    rooms: new Gauge({ name: "ringside_rooms", help: "Rooms in memory", registers }),
    peers: new Gauge({ name: "ringside_room_peers", help: "Open room sockets", registers }),
    laggingPeers: new Gauge({ name: "ringside_room_lagging_peers", help: "Peers that read too slowly", registers }),
    unsavedBytes: new Gauge({ name: "ringside_room_unsaved_bytes", help: "Edits not yet durable", registers }),
    updates: new Counter({ name: "ringside_room_updates_total", help: "Edits accepted", registers }),
    rejections: new Counter({
      name: "ringside_room_rejections_total",
      help: "Messages and upgrades not taken",
      labelNames: ["reason"],
      registers,
    }),
    slowChecks: new Counter({
      name: "ringside_room_slow_checks_total",
      help: "Edits whose place only a full look at the list could confirm",
      registers,
    }),
    propagation: new Histogram({
      name: "ringside_room_propagation_seconds",
      help: "From an edit's arrival to the last peer's socket",
      buckets: FAST_SECONDS,
      registers,
    }),
    durable: new Histogram({
      name: "ringside_room_durable_seconds",
      help: "From an edit's acceptance to its receipt",
      buckets: FAST_SECONDS,
      registers,
    }),
    flushRows: new Histogram({
      name: "ringside_room_flush_rows",
      help: "Edits written by one transaction",
      buckets: [1, 2, 5, 10, 25, 50, 100, 250, 512],
      registers,
    }),
    compactions: new Counter({
      name: "ringside_room_compactions_total",
      help: "Compactions by outcome",
      labelNames: ["outcome"],
      registers,
    }),
    quarantined: new Counter({
      name: "ringside_room_quarantined_total",
      help: "Log rows found to damage a document and left out of it",
      registers,
    }),
  };
}
