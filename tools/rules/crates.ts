/** Import arrows between the Rust rooms, read from the manifests: Cargo itself then keeps them. */
import { CRATES, FORBIDDEN_CRATES, OWNED_CRATES } from "./rooms.ts";
import type { Finding, Rule } from "./tree.ts";

/** Names in the dependency tables of a manifest, under whichever target; development dependencies are told apart. */
const dependencies = (manifest: string): ReadonlyArray<{ readonly name: string; readonly dev: boolean }> => {
  const found: Array<{ readonly name: string; readonly dev: boolean }> = [];
  let table = "";
  for (const line of manifest.split("\n")) {
    const header = /^\s*\[([^\]]+)\]/.exec(line)?.[1];
    if (header !== undefined) {
      table = header;
      const single = /(dev-|build-)?dependencies\.([\w-]+)$/.exec(header);
      if (single?.[2] !== undefined) found.push({ name: single[2], dev: single[1] === "dev-" });
      continue;
    }
    const kind = /(^|\.)((dev-|build-)?dependencies)$/.exec(table)?.[3];
    const name = /^\s*([\w-]+)(\.workspace)?\s*[=.]/.exec(line)?.[1];
    if (/(^|\.)(dev-|build-)?dependencies$/.test(table) && table !== "workspace.dependencies" && name !== undefined) found.push({ name, dev: kind === "dev-" });
  }
  return found;
};

export const crates: Rule = {
  name: "crate arrows",
  run: (tree) => {
    const found: Finding[] = [];
    for (const [path, text] of tree) {
      if (!path.endsWith("/Cargo.toml")) continue;
      const folder = path.slice(0, -"/Cargo.toml".length);
      const crate = CRATES.find((one) => one.path === folder);
      if (crate === undefined) {
        found.push({ path, message: "is in no room; list the crate in tools/rules/rooms.ts" });
        continue;
      }
      for (const { name, dev } of dependencies(text)) {
        const owner = OWNED_CRATES.find(({ library }) => library.test(name));
        if (owner !== undefined && !owner.owners.includes(folder)) found.push({ path, message: `depends on ${name}, which belongs to ${owner.owners.join(" and ")}` });
        if (name.startsWith("axion-") && !crate.ours.includes(name) && !dev) found.push({ path, message: `depends on ${name}; allowed: ${crate.ours.join(", ") || "nothing of ours"}` });
        if (!dev && FORBIDDEN_CRATES.some((one) => one.path === folder && one.library.test(name))) found.push({ path, message: `depends on ${name}, which this room must not know` });
      }
    }
    return found;
  },
};
