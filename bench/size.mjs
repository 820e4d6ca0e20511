/**
 * `npm run bench -- size`: what is shipped, in bytes: the release binaries beside a bare Tauri binary, and the packages if they were built
 * (`npm run build:desktop`).
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { binaries, target } from "./desktop/binaries.mjs";

const mb = (path) => statSync(path).size / 1e6;
const { axion, bare, cli } = binaries();
console.log(`bare window     ${mb(bare).toFixed(2)} MB\naxion desktop   ${mb(axion).toFixed(2)} MB  ${(mb(axion) / mb(bare)).toFixed(2)} × bare\naxion command   ${mb(cli).toFixed(2)} MB`);
for (const kind of ["deb", "rpm"]) {
  const folder = join(target, "release", "bundle", kind);
  if (!existsSync(folder)) { console.log(`.${kind}            not built: npm run build:desktop`); continue; }
  for (const file of readdirSync(folder).filter((name) => name.endsWith(`.${kind}`))) {
    console.log(`.${kind}            ${mb(join(folder, file)).toFixed(2)} MB  ${file} (target ≤ 6 MB)`);
  }
}
