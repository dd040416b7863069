// An AT Protocol server with a directory of DIDs of its own, on ports that are free. Prints both addresses as
// one line of JSON, and ends with its standard input.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { randomBytes } from "node:crypto";
import threads from "node:worker_threads";
import zlib from "node:zlib";

// It is written for Node 22. What it uses of it beside the language is never called here.
await import("core-js/actual/index.js");
threads.markAsUncloneable ??= () => {};
zlib.createZstdDecompress ??= () => { throw new Error("this Node has no zstd"); };

const { PlcServer, Database } = (await import("@did-plc/server")).default;
const { PDS, envToCfg, envToSecrets } = await import("@atproto/pds");

const freePort = async () => {
  const { createServer } = await import("node:net");
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
};

const directory = await PlcServer.create({ db: Database.mock(), port: 0 }).start();
const directoryUrl = `http://127.0.0.1:${directory.address().port}`;
const folder = mkdtempSync(path.join(tmpdir(), "atproto-"));
const port = await freePort();
const secret = (bytes) => randomBytes(bytes).toString("hex");
const env = {
  devMode: true,
  port,
  hostname: "localhost",
  dataDirectory: folder,
  blobstoreDiskLocation: path.join(folder, "blobs"),
  didPlcUrl: directoryUrl,
  inviteRequired: false,
  serviceHandleDomains: [".test"],
  adminPassword: secret(16),
  jwtSecret: secret(16),
  plcRotationKeyK256PrivateKeyHex: secret(32),
  crawlers: [],
  rateLimitsEnabled: false,
};
const pds = await PDS.create(envToCfg(env), envToSecrets(env));
await pds.start();
console.log(JSON.stringify({ server: `http://localhost:${port}`, directory: directoryUrl }));

process.stdin.resume();
process.stdin.on("end", () => {
  rmSync(folder, { recursive: true, force: true });
  process.exit();
});
