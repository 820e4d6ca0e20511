/** Core itself: what it is, whether everything it needs is there, and the folders that a person can choose from. */
import { Millis, array, boolean, integer, literals, optional, struct, text } from "./shapes.ts";

export const Shell = literals("Shell", ["desktop", "serve", "cli"]);

export const Notice = struct("Notice", { code: text(64), message: text(2000), at: Millis }, "Something that the person must be told, for example that the database was restored.");

export const SystemInfo = struct("SystemInfo", {
  version: text(40), shell: Shell, platform: text(80), home: text(4096), pid: integer(), capabilities: array(text(64)), notices: array(Notice),
});

export const CheckStatus = literals("CheckStatus", ["ok", "missing", "warning"]);
export const Check = struct("Check", {
  id: literals("CheckId", ["engine", "runner", "jail", "runtime", "database", "disk"]),
  status: CheckStatus,
  title: text(200),
  why: text(2000),
  fix: optional(text(2000)),
  /** What was tried, in order, each with its result. */
  tries: optional(array(struct("CheckTry", { what: text(400), result: text(1000), ok: boolean }))),
});
export const DoctorReport = struct("DoctorReport", { checks: array(Check), checkedAt: Millis });

export const RuntimeStatus = struct("RuntimeStatus", {
  state: literals("RuntimeState", ["ready", "missing", "installing", "failed"]),
  path: optional(text(4096)),
  version: optional(text(40)),
  received: optional(integer()),
  total: optional(integer()),
  message: optional(text(2000)),
}, "The Node that runs the runner: from the PATH, or from the home folder.");

export const FolderEntry = struct("FolderEntry", { name: text(1000), path: text(4096) });
export const FolderListing = struct("FolderListing", {
  path: text(4096), parent: optional(text(4096)), folders: array(FolderEntry), truncated: boolean, writable: boolean,
});
