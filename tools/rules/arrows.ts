/**
 * Import arrows between the TypeScript rooms: only inward, only declared dependencies, owned libraries only by their owner. Reaching into
 * another room by a relative path is refused too, since that goes past what the room exports.
 */
import { type Import, importsOf, packageOf, resolveRelative } from "./imports.ts";
import { OWNED, ROOMS, type Room } from "./rooms.ts";
import { type Finding, type Rule, type Tree, isScript, isTest } from "./tree.ts";

const roomOf = (path: string): Room | undefined => ROOMS.find((room) => path.startsWith(`${room.path}/`));
/** What any room declares; galleries and tests may draw on it, since they ship nowhere. */
const anywhere = (tree: Tree): ReadonlySet<string> => new Set([...tree.keys()].filter((path) => path.endsWith("package.json")).flatMap((path) => [...declared(tree, path)]));
/** Files beside `src` configure and build the room; they run in Node and never ship. */
const isConfig = (path: string): boolean => !path.includes("/") || /^apps\/[^/]+\.ts$/.test(path) || ROOMS.some((room) => path.startsWith(`${room.path}/`) && !/^tools\/|^e2e\/|^bench\//.test(path) && !path.slice(room.path.length + 1).includes("/"));

/** Names that a room's manifest declares; tests and configuration may also use what the root declares. */
const declared = (tree: Tree, manifest: string): ReadonlySet<string> => {
  const parsed: unknown = JSON.parse(tree.get(manifest) ?? "{}");
  const names = new Set<string>();
  if (typeof parsed !== "object" || parsed === null) return names;
  for (const [field, value] of Object.entries(parsed)) {
    if (/^(dev|peer|optional)?dependencies$/i.test(field) && typeof value === "object" && value !== null) for (const name of Object.keys(value)) names.add(name);
  }
  return names;
};

const allows = (room: Room, from: string): boolean =>
  room.ours.some((entry) => entry === from || (entry.endsWith("/*") && from.startsWith(entry.slice(0, -1))));

const judge = (tree: Tree, path: string, room: Room, { from, typeOnly }: Import): string | undefined => {
  const name = packageOf(from);
  const loose = isTest(path) || isConfig(path);
  if (from.startsWith(".")) {
    const target = resolveRelative(path, from);
    const inside = target.startsWith(`${room.path}/`) || isConfig(target);
    const testOfProtocol = room.path === "tools" && target.startsWith("protocol/source/src/");
    return inside || testOfProtocol ? undefined : `imports ${from}, which leaves the room; use the other room's package name`;
  }
  if (from.startsWith("node:")) return room.node || loose ? undefined : `imports ${from}; ${room.path} must not know Node`;
  if (name.startsWith("@axion/")) {
    if (name === "@axion/testkit") return isTest(path) ? undefined : "imports @axion/testkit, which is for tests only";
    if (room.path !== "packages/testkit" && roomPackage(tree, room) === name) return undefined;
    return allows(room, from) || (isTest(path) && allows(room, name)) ? undefined : `imports ${from}; ${room.path} may only import ${room.ours.join(", ") || "nothing of ours"}`;
  }
  const owner = OWNED.find(({ library }) => library.test(name));
  if (owner !== undefined && !owner.owners.some((prefix) => path.startsWith(prefix)) && !loose) return `imports ${name}, which belongs to ${owner.owners.join(" and ")}`;
  if (/^react(-dom)?$/.test(name) && !room.react && !loose) return `imports ${name}; ${room.path} must not know React`;
  const known = declared(tree, `${room.path}/package.json`).has(name) || (typeOnly && declared(tree, "package.json").has(name)) || ((loose || room.path === "bench") && anywhere(tree).has(name));
  return known ? undefined : `imports ${name}, which ${room.path}/package.json does not declare`;
};

const roomPackage = (tree: Tree, room: Room): string | undefined => /"name": "([^"]+)"/.exec(tree.get(`${room.path}/package.json`) ?? "")?.[1];

export const arrows: Rule = {
  name: "import arrows",
  run: (tree) => {
    const found: Finding[] = [];
    for (const [path, text] of tree) {
      if (!isScript(path) || isConfig(path) || path.startsWith("crates/") || path === "tools/rules/rules.test.ts") continue;
      const room = roomOf(path);
      if (room === undefined) {
        found.push({ path, message: "is in no room; list the folder in tools/rules/rooms.ts" });
        continue;
      }
      for (const one of importsOf(text)) {
        const message = judge(tree, path, room, one);
        if (message !== undefined) found.push({ path, message });
      }
    }
    return found;
  },
};
