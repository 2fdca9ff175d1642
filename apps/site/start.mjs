// Runs the program of the site from source, for there is nothing to build before it: node apps/site/start.mjs <its arguments>
import { fileURLToPath } from "node:url";
import { createServer, defaultServerConditions } from "vite";

const conditions = ["@symloss/source", ...defaultServerConditions];
const runner = await createServer({
  configFile: false,
  root: fileURLToPath(new URL(".", import.meta.url)),
  appType: "custom",
  logLevel: "warn",
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  ssr: { noExternal: [/^@symloss\//], resolve: { conditions } },
});
try {
  const { main } = await runner.ssrLoadModule("/src/main.ts");
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await runner.close();
}
