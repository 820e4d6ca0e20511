/**
 * `node packages/testkit/src/servers/main.ts --protocol ollama [--port 0] [--script FILE] [--key KEY]`: a scripted model server of its own process, for tests in
 * other languages and for trying things by hand. Prints one line of JSON, `{"url","base","port","protocol"}`, when it listens; ends with SIGTERM or SIGINT.
 */
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { PROTOCOLS, startModelServer } from "./model-server.ts";
import type { ServerScript } from "./script.ts";
import type { ProtocolName } from "./speech.ts";

const isProtocol = (name: string | undefined): name is ProtocolName => name !== undefined && Object.hasOwn(PROTOCOLS, name);

const { values } = parseArgs({ options: { protocol: { type: "string" }, port: { type: "string", default: "0" }, script: { type: "string" }, key: { type: "string" } } });
const { protocol } = values;
if (!isProtocol(protocol)) {
  process.stderr.write(`--protocol is one of: ${Object.keys(PROTOCOLS).join(", ")}.\n`);
  process.exit(2);
}
const read: ServerScript = values.script === undefined ? {} : JSON.parse(await readFile(values.script, "utf8")) as ServerScript;
const server = await startModelServer({ protocol, port: Number(values.port), script: { ...read, ...(values.key !== undefined && { key: values.key }) } });
process.stdout.write(`${JSON.stringify({ url: server.url, base: server.base, port: server.port, protocol })}\n`);
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void server.close().finally(() => process.exit(0)));
