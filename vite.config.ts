import { vitePlugin as remix } from "@remix-run/dev";
import { defineConfig } from "vite";
import remixConfig from "./remix.config.js";

export default defineConfig({
  plugins: [remix(remixConfig)],
  publicDir: "app/public",
  build: {
    target: "es2022",
    sourcemap: false,
    cssMinify: true,
    // A screen of seventy small files waits for their headers more than for their content.
    rollupOptions: { output: { experimentalMinChunkSize: 20_000 } },
  },
  server: { middlewareMode: true },
  ssr: { noExternal: [/^@mantine\//, "@tabler/icons-react", "@trpc/tanstack-react-query"] },
});
