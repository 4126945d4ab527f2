import { vitePlugin as remix } from "@remix-run/dev";
import { defineConfig } from "vite";
import remixConfig from "./remix.config.js";

export default defineConfig({
  plugins: [remix(remixConfig)],
  publicDir: "app/public",
  build: { target: "es2022", sourcemap: false, cssMinify: true },
  server: { middlewareMode: true },
  ssr: { noExternal: [/^@mantine\//, "@tabler/icons-react", "@trpc/tanstack-react-query"] },
});
