/** The catalogue: all kinds, in the order of the palette. A new kind is a file here and a line below. */
import type { Kind } from "../kind.ts";
import { approval } from "./approval.ts";
import { constant } from "./constant.ts";
import { fileList } from "./file.list.ts";
import { fileRead } from "./file.read.ts";
import { fileWrite } from "./file.write.ts";
import { forEach } from "./for-each.ts";
import { format } from "./format.ts";
import { ifKind } from "./if.ts";
import { join } from "./join.ts";
import { map } from "./map.ts";
import { output } from "./output.ts";
import { parse } from "./parse.ts";
import { start } from "./start.ts";
import { switchKind } from "./switch.ts";
import { tableFilter } from "./table.filter.ts";
import { tableGroup } from "./table.group.ts";
import { tableSort } from "./table.sort.ts";
import { template } from "./template.ts";
import { tryKind } from "./try.ts";
import { validate } from "./validate.ts";
import { wait } from "./wait.ts";

export const kinds: readonly Kind[] = [
  start, output,
  ifKind, switchKind, join, forEach, tryKind, wait, approval,
  fileList, fileRead, fileWrite,
  constant, map, template, parse, format, validate,
  tableFilter, tableGroup, tableSort,
];

export type Registry = ReadonlyMap<string, Kind>;
export const registryOf = (list: readonly Kind[]): Registry => new Map(list.map((kind) => [kind.id, kind]));
export const registry: Registry = registryOf(kinds);
