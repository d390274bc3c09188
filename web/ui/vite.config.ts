import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** Writes `.br` and `.gz` beside every text asset, so that the server compresses nothing while it serves. */
function precompress(): Plugin {
  return {
    name: "precompress",
    apply: "build",
    writeBundle(options, bundle) {
      for (const name of Object.keys(bundle)) {
        if (!name.startsWith("assets/") || !/\.(js|css|svg)$/.test(name)) continue;
        const path = join(options.dir ?? "dist", name);
        const body = readFileSync(path);
        if (body.length < 1024) continue;
        writeFileSync(`${path}.br`, brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
        writeFileSync(`${path}.gz`, gzipSync(body, { level: 9 }));
      }
    },
  };
}

const gateway = process.env.PARLEY_GATEWAY ?? "http://127.0.0.1:8080";
const sandbox = process.env.PARLEY_SANDBOX ?? "http://127.0.0.1:8081";

export default defineConfig({
  plugins: [react(), tailwindcss(), precompress()],
  build: {
    target: "es2023",
    // light-dark() stays as it is: lowered, it would no longer follow a subtree's own color-scheme.
    cssTarget: ["chrome123", "edge123", "firefox120", "safari17.5"],
    assetsInlineLimit: 0,
    // The polyfill is an inline script, which the pages' Content-Security-Policy forbids.
    modulePreload: { polyfill: false },
    rolldownOptions: { input: { desk: "index.html", phone: "phone.html" } },
  },
  server: { proxy: { "/api": gateway, "/sandbox": sandbox } },
  test: { environment: "happy-dom", include: ["src/**/*.test.{ts,tsx}"] },
});
