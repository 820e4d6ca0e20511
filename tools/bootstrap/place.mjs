/** Where things are: the repository, and the folder for what set-up makes (`.axion-dev`, never committed). */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
export const made = join(root, ".axion-dev");
/** Always inside the repository: the executables find the runner, the examples and the page from where they are. */
export const target = join(root, "target");
const exe = process.platform === "win32" ? ".exe" : "";
export const binary = (name, profile = "debug") => join(target, profile, `${name}${exe}`);
