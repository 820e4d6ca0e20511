/**
 * Completes package-lock.json after `npm install` from a registry that lacks the builds for other platforms: npm leaves them out of the lock and
 * `npm ci` then refuses it everywhere. Each missing optional package gets an entry with its exact version and platform, read off its name, so that
 * npm passes over it on other platforms and fetches it on its own. An override by another package counts as that package.
 * Run: node tools/bootstrap/complete-lock.mjs [FOLDER] (of the lock; the root where it is left out)
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { root } from "./place.mjs";

const systems = { android: "android", darwin: "darwin", mac: "darwin", freebsd: "freebsd", linux: "linux", linuxmusl: "linux", openharmony: "openharmony", win32: "win32", win: "win32", wasi: "wasi", wasip1: "wasi", wasm32: "wasi" };
const processors = { arm64: "arm64", x64: "x64", ia32: "ia32", arm: "arm", armv7l: "arm", gnueabihf: "arm", musleabihf: "arm", riscv64: "riscv64", ppc64: "ppc64", s390x: "s390x", loong64: "loong64", wasm32: "wasm32" };

const words = (name) => name.slice(name.lastIndexOf("/") + 1).split("-");
const platformOf = (name) => {
  const found = words(name);
  const os = found.map((word) => systems[word]).find(Boolean);
  const cpu = found.map((word) => processors[word]).find(Boolean);
  const libc = found.includes("musl") || found.includes("linuxmusl") ? ["musl"] : found.includes("gnu") ? ["glibc"] : undefined;
  return os === undefined && cpu === undefined ? undefined : { ...(os && { os: [os] }), ...(cpu && { cpu: [cpu] }), ...(libc && { libc }) };
};

const folder = resolve(root, process.argv[2] ?? ".");
const path = join(folder, "package-lock.json");
const lock = JSON.parse(readFileSync(path, "utf8"));
const overrides = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).overrides ?? {};
/** `npm:NAME@VERSION` in the place of a package. */
const exchanged = (name) => /^npm:(.+)@([^@]+)$/.exec(typeof overrides[name] === "string" ? overrides[name] : "") ?? undefined;
let added = 0;
for (const entry of Object.values({ ...lock.packages })) {
  for (const [name, wanted] of Object.entries(entry.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    const [, instead, version] = exchanged(name) ?? [undefined, undefined, wanted];
    const platform = platformOf(instead ?? name);
    if (lock.packages[key] !== undefined || platform === undefined || !/^\d/.test(version)) continue;
    lock.packages[key] = { ...(instead !== undefined && { name: instead }), version, ...platform, ...(entry.dev && { dev: true }), optional: true };
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} packages of other platforms added to ${path}`);
