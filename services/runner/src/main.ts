/**
 * The Local Runner Agent: opens its one channel, says hello with its one-time token, and does what the host asks until the
 * channel ends. It keeps nothing and reaches nothing but its granted folders. Nothing is ever printed on stdout, which
 * may be the channel.
 */
import { openChannel } from "./channel.ts";
import { GrantedFiles } from "./files.ts";
import { readGrants } from "./grants.ts";
import { Peer } from "./peer.ts";
import { Runs } from "./runs.ts";
import { Turns } from "./turns.ts";
import { version } from "../package.json" with { type: "json" };

const fatal = (thrown: unknown): never => {
  process.stderr.write(`axion-runner: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exit(1);
};

const main = async (): Promise<void> => {
  const { AXION_CHANNEL: name, AXION_TOKEN: token, AXION_GRANTS: grants } = process.env;
  // Nothing that runs later has any use for them.
  for (const key of ["AXION_CHANNEL", "AXION_TOKEN", "AXION_GRANTS"]) delete process.env[key];
  const files = new GrantedFiles(readGrants(grants));
  const channel = await openChannel(name);
  const runs = new Runs(files, () => peer);
  const turns = new Turns(files, () => peer, (level, text) => runs.log(level, text));
  const peer = new Peer(channel, new Map([...runs.methods(() => process.exit(0)), ...turns.methods()]));
  process.on("uncaughtException", (thrown) => {
    runs.log("error", `the runner failed: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`);
    // The host goes on with another runner; what is queued for the channel gets its chance to leave.
    setTimeout(() => process.exit(1), 50);
  });
  // Without its host a runner has nothing to do and nobody to tell.
  void peer.ended.then(() => process.exit(0));
  const hello = { token: token ?? "", protocol: 1, capabilities: ["runs", "validate", "approvals", "resume", "turns"], version, node: process.versions.node, pid: process.pid };
  await peer.ask("hello", JSON.stringify(hello));
};

main().catch(fatal);
