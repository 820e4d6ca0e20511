/**
 * Packs a .deb anew with xz: the bundler knows only gzip, which makes it a third larger. What is in it stays as it is; where there is no
 * dpkg-deb the package stays as the bundler made it.
 */
import { mkdtempSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { has, run } from "./phase.mjs";

/** Each .deb in the folder. */
export const packSmaller = async (folder, options = {}) => {
  if (!has("dpkg-deb")) return;
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".deb"))) {
    const package_ = join(folder, name);
    // Beside it: the last step is a rename.
    const scratch = mkdtempSync(join(folder, ".pack-"));
    try {
      await run("dpkg-deb", ["--raw-extract", package_, join(scratch, "content")], { quiet: true, ...options });
      await run("dpkg-deb", ["--root-owner-group", "-Zxz", "-z9", "--build", join(scratch, "content"), join(scratch, name)], { quiet: true, ...options });
      const [before, after] = [statSync(package_).size, statSync(join(scratch, name)).size];
      if (after < before) renameSync(join(scratch, name), package_);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  }
};
