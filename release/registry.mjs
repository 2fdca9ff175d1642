// Where are the packages published? In a registry on the loopback interface, which takes ours from anybody, and fetches those of others.
import { join } from "node:path";
import { runServer } from "verdaccio";

/** Starts it on a free port. What `@symloss` has published elsewhere does not exist here. */
export async function startRegistry(folder, upstream) {
  const server = await runServer({
    configPath: join(folder, "config.yaml"),
    storage: join(folder, "storage"),
    auth: { htpasswd: { file: join(folder, "htpasswd"), max_users: -1 } },
    uplinks: { upstream: { url: upstream, timeout: "60s", maxage: "1d", max_fails: 10 } },
    packages: {
      "@symloss/*": { access: "$all", publish: "$all" },
      "**": { access: "$all", proxy: "upstream" },
    },
    // Golden numbers come in megabytes.
    max_body_size: "100mb",
    log: { type: "stdout", format: "pretty", level: "fatal" },
    web: { enable: false },
    server: { keepAliveTimeout: 60 },
  });
  await new Promise((listening, failed) => {
    server.once("error", failed).listen(0, "127.0.0.1", listening);
  });
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close: () =>
      new Promise((closed) => {
        server.close(closed);
        server.closeAllConnections();
      }),
  };
}
