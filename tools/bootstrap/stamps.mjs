/**
 * What is stale: each product has a list of inputs, and a stamp of how they were when it was built. The stamp is a hash over path, size and
 * time of change of each input file, which is exact enough for a working copy and takes milliseconds.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { made, root } from "./place.mjs";

const file = join(made, "stamps.json");
const skipped = new Set(["node_modules", "target", "dist", ".axion-dev", ".git"]);

const read = () => {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return {};
  }
};

/** All files below the given places, in a fixed order. */
const filesOf = (inputs) => {
  const found = [];
  const waiting = inputs.map((input) => join(root, input)).filter((path) => existsSync(path));
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const stat = statSync(path);
    if (!stat.isDirectory()) found.push(`${relative(root, path)} ${stat.size} ${stat.mtimeMs}`);
    else for (const name of readdirSync(path)) if (!skipped.has(name)) waiting.push(join(path, name));
  }
  return found.sort();
};

export const stampOf = (inputs) => createHash("sha256").update(filesOf(inputs).join("\n")).digest("hex");

/** True if the product is there and its inputs are as they were when it was built. */
export const isFresh = (name, inputs, product) => existsSync(product) && read()[name] === stampOf(inputs);

/** Remembers a build. Take `stamp` before building: what changes meanwhile is built next time. */
export const remember = (name, stamp) => {
  mkdirSync(made, { recursive: true });
  writeFileSync(file, `${JSON.stringify({ ...read(), [name]: stamp }, null, 2)}\n`);
};
