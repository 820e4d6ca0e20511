/** Node-RED in a temporary folder: installed once, started for one flow at a time, never a dependency of ours. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { rest } from "./figures.mjs";

const VERSION = "5.0.7";

export const installNodeRed = () => {
  const folder = join(tmpdir(), `axion-bench-node-red-${VERSION}`);
  const entry = join(folder, "node_modules/node-red/red.js");
  if (!existsSync(entry)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), "{\"private\":true}");
    console.log(`installing node-red ${VERSION} into ${folder}`);
    const npm = join(dirname(process.execPath), "npm");
    const done = spawnSync(existsSync(npm) ? npm : "npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", `node-red@${VERSION}`], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
    if (done.status !== 0) throw new Error("node-red could not be installed");
  }
  return entry;
};

const freePort = async () => {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
};

const flow = (kind, length) => {
  const link = (index) => `n${index}`;
  const node = (index) => {
    const wires = [[index === length - 1 ? "end" : link(index + 1)]];
    return kind === "function"
      ? { id: link(index), z: "tab", type: "function", name: "", func: "msg.payload += 3;\nreturn msg;", outputs: 1, libs: [], wires }
      : { id: link(index), z: "tab", type: "change", name: "", rules: [{ t: "set", p: "payload", pt: "msg", to: String(index), tot: "num" }], wires };
  };
  const code = (id, func, wires) => ({ id, z: "tab", type: "function", name: "", func, outputs: 1, libs: [], wires });
  return [
    { id: "tab", type: "tab", label: "chain", disabled: false },
    { id: "in", z: "tab", type: "http in", name: "", url: "/go", method: "get", upload: false, wires: [["begin"]] },
    code("begin", "msg.payload = 1;\nmsg.begun = global.get(\"now\")();\nreturn msg;", [[link(0)]]),
    ...Array.from({ length }, (_, index) => node(index)),
    code("end", "msg.payload = { ms: global.get(\"now\")() - msg.begun, value: msg.payload };\nreturn msg;", [["out"]]),
    { id: "out", z: "tab", type: "http response", name: "", statusCode: "", headers: {}, wires: [] },
  ];
};

const settings = (port) => `module.exports = {
  uiHost: "127.0.0.1", uiPort: ${port}, flowFile: "flows.json", credentialSecret: false, disableEditor: true,
  telemetry: { enabled: false }, editorTheme: { tours: false }, logging: { console: { level: "info", metrics: false, audit: false } },
  functionGlobalContext: { now: () => performance.now() },
};`;

/** Times of each round, or why there are none. */
export const nodeRedChain = async (entry, kind, length, rounds) => {
  const folder = mkdtempSync(join(tmpdir(), "axion-node-red-"));
  const port = await freePort();
  writeFileSync(join(folder, "flows.json"), JSON.stringify(flow(kind, length)));
  writeFileSync(join(folder, "settings.js"), settings(port));
  const child = spawn(process.execPath, ["--max-old-space-size=3072", entry, "-u", folder, "-s", join(folder, "settings.js")], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  try {
    const started = new Promise((resolve) => {
      const hear = (chunk) => { said = `${said}${chunk}`.slice(-4000); if (said.includes("Started flows")) resolve("started"); };
      child.stdout.on("data", hear);
      child.stderr.on("data", hear);
    });
    const limit = new Promise((resolve) => { setTimeout(resolve, 300_000, "had not started its flows after 300 s").unref(); });
    const state = await Promise.race([started, once(child, "exit").then(() => "ended before its flows started"), limit]);
    if (state !== "started") return state;
    const times = [];
    for (let round = 0; round <= rounds; round += 1) {
      await rest();
      const answer = await fetch(`http://127.0.0.1:${port}/go`, { signal: AbortSignal.timeout(120_000) });
      const { ms, value } = await answer.json();
      const right = kind === "function" ? 1 + 3 * length : length - 1;
      if (value !== right) return `gave ${value} instead of ${right}`;
      times.push(ms);
    }
    return times;
  } catch (error) {
    return `failed: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
};
