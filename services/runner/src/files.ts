/**
 * Files inside the granted folders. The jail is the boundary; this is the first fence and the clear message: each path is resolved
 * (`realpath`) before it is used, so that `..` and links cannot lead out, and writes never follow a link at their end.
 */
import { constants } from "node:fs";
import { type FileHandle, lstat, mkdir, open, opendir, realpath, rename, unlink } from "node:fs/promises";
import { basename, dirname, join, sep } from "node:path";
import type { AgentFiles, FileFacts } from "@axion/agent";
import { type FileEntry, StepFailure, type WriteMode, relativePath } from "@axion/engine";
import type { Grant } from "./grants.ts";

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "It is not there.",
  EACCES: "This run may not touch it.",
  EPERM: "This run may not touch it.",
  EROFS: "The folder is read-only for this run.",
  ENOSPC: "The disk is full.",
  EDQUOT: "The disk quota is used up.",
  EISDIR: "It is a folder.",
  ENOTDIR: "A part of the path is not a folder.",
  ELOOP: "It is a link, and links are not followed here.",
  EFBIG: "The file would be larger than a runner may write.",
  EEXIST: "It exists already.",
};

const explain = (action: string, slot: string, path: string, thrown: unknown): StepFailure => {
  if (thrown instanceof StepFailure) return thrown;
  const code = (thrown as { code?: string }).code ?? "unknown";
  return new StepFailure(`file_${code.toLowerCase()}`, `${action} ${slot}/${path} failed. ${reasons[code] ?? String(thrown)}`);
};

const inside = (root: string, path: string) => path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);

/** `skip` names folders that are not looked into; `withFolders` shows folders too, their paths ending with `/`. */
type ListOptions = Parameters<AgentFiles["list"]>[2];

export class GrantedFiles implements AgentFiles {
  readonly #grants: ReadonlyMap<string, Grant>;
  /** Tells temporary files apart; unique within the process is enough, because the name also holds the process id. */
  #count = 0;

  constructor(grants: ReadonlyMap<string, Grant>) {
    this.#grants = grants;
  }

  async list(slot: string, folder: string, options: ListOptions, signal: AbortSignal): Promise<readonly FileEntry[]> {
    const { root, path } = await this.#existing("List", slot, folder);
    const found: FileEntry[] = [];
    const waiting = [{ real: path, shown: relativeTo(root, path) }];
    try {
      for (let next = waiting.pop(); next !== undefined && found.length < options.limit; next = waiting.pop()) {
        for await (const entry of await opendir(next.real)) {
          signal.throwIfAborted();
          const shown = next.shown === "" ? entry.name : `${next.shown}/${entry.name}`;
          // Links are left out: where they lead is nobody's grant.
          if (entry.isDirectory() && options.recursive && options.skip?.has(entry.name) !== true) waiting.push({ real: join(next.real, entry.name), shown });
          if (entry.isDirectory() && options.withFolders === true) found.push({ slot, path: `${shown}/`, name: entry.name, bytes: 0 });
          if (!entry.isFile()) continue;
          const { size } = await lstat(join(next.real, entry.name));
          found.push({ slot, path: shown, name: entry.name, bytes: size });
          if (found.length >= options.limit) break;
        }
      }
    } catch (thrown) {
      throw signal.aborted ? signal.reason : explain("Listing", slot, folder, thrown);
    }
    return found;
  }

  async readText(slot: string, path: string, maxBytes: number, signal: AbortSignal): Promise<string> {
    const { path: real } = await this.#existing("Read", slot, path);
    let file: FileHandle | undefined;
    try {
      file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      const { size, ...stat } = await file.stat().then((s) => ({ size: s.size, regular: s.isFile() }));
      if (!stat.regular) throw new StepFailure("not_a_file", `Reading ${slot}/${path} failed. It is not a regular file.`);
      if (size > maxBytes) throw new StepFailure("too_large", `${slot}/${path} has ${size} bytes, and this node reads at most ${maxBytes}.`, "Raise the limit of the node.");
      const bytes = await file.readFile({ signal });
      if (bytes.length > maxBytes) throw new StepFailure("too_large", `${slot}/${path} grew over ${maxBytes} bytes while it was read.`);
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch (thrown) {
      if (signal.aborted) throw signal.reason;
      if (thrown instanceof TypeError) throw new StepFailure("not_text", `${slot}/${path} is not UTF-8 text.`);
      throw explain("Reading", slot, path, thrown);
    } finally {
      await file?.close();
    }
  }

  /** What is there, without opening it; undefined if nothing is. */
  async facts(slot: string, path: string, signal: AbortSignal): Promise<FileFacts | undefined> {
    signal.throwIfAborted();
    try {
      const { path: real } = await this.#existing("Look", slot, path);
      const stat = await lstat(real);
      if (!stat.isFile() && !stat.isDirectory()) throw new StepFailure("not_a_file", `${slot}/${path} is neither a file nor a folder.`);
      return { bytes: stat.size, changedAt: stat.mtimeMs, folder: stat.isDirectory() };
    } catch (thrown) {
      if (thrown instanceof StepFailure && (thrown.code === "file_enoent" || thrown.code === "file_enotdir")) return undefined;
      throw explain("Looking at", slot, path, thrown);
    }
  }

  async piece(slot: string, path: string, offset: number, bytes: number, signal: AbortSignal): Promise<Uint8Array> {
    signal.throwIfAborted();
    const { path: real } = await this.#existing("Read", slot, path);
    let file: FileHandle | undefined;
    try {
      file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      if (!(await file.stat()).isFile()) throw new StepFailure("not_a_file", `Reading ${slot}/${path} failed. It is not a regular file.`);
      const held = new Uint8Array(bytes);
      const { bytesRead } = await file.read(held, 0, bytes, offset);
      return held.subarray(0, bytesRead);
    } catch (thrown) {
      throw explain("Reading", slot, path, thrown);
    } finally {
      await file?.close();
    }
  }

  async writeText(slot: string, path: string, text: string, mode: WriteMode, signal: AbortSignal): Promise<FileEntry> {
    const target = await this.#target(slot, path);
    signal.throwIfAborted();
    try {
      if (mode === "replace") await this.#replace(target, text);
      else await writeThrough(target, text, mode === "append" ? constants.O_APPEND | constants.O_CREAT : constants.O_CREAT | constants.O_EXCL);
      const { size } = await lstat(target);
      return { slot, path, name: basename(target), bytes: size };
    } catch (thrown) {
      throw explain("Writing", slot, path, thrown);
    }
  }

  /** A new file under a name of its own, then renamed over the old one: a reader sees the one or the other, never half. */
  async #replace(target: string, text: string): Promise<void> {
    this.#count += 1;
    const draft = join(dirname(target), `.${basename(target)}.${process.pid}-${this.#count}.tmp`);
    try {
      await writeThrough(draft, text, constants.O_CREAT | constants.O_EXCL);
      await rename(draft, target);
    } catch (thrown) {
      await unlink(draft).catch(() => undefined);
      throw thrown;
    }
  }

  #grant(slot: string): Grant {
    const grant = this.#grants.get(slot);
    if (grant === undefined) throw new StepFailure("no_grant", `This run was given no folder for "${slot}".`, "Choose a folder for it and run again.");
    return grant;
  }

  /** The real path of something that is there and inside its grant. */
  async #existing(action: string, slot: string, path: string): Promise<{ root: string; path: string }> {
    const checked = relativePath(path);
    if ("problem" in checked) throw new StepFailure("bad_path", checked.problem);
    const { path: granted } = this.#grant(slot);
    try {
      const root = await realpath(granted);
      const real = await realpath(join(root, checked.path));
      if (!inside(root, real)) throw new StepFailure("outside_grant", `${slot}/${path} leads out of the granted folder.`);
      return { root, path: real };
    } catch (thrown) {
      throw explain(`${action}ing`, slot, path, thrown);
    }
  }

  /** Where a file may be written: its folder is made where it is missing, and is inside the grant when links are resolved. */
  async #target(slot: string, path: string): Promise<string> {
    const grant = this.#grant(slot);
    if (grant.access !== "rw") throw new StepFailure("read_only", `The folder "${slot}" is read-only for this run.`, "Grant it read-write to let this node write.");
    const checked = relativePath(path);
    if ("problem" in checked) throw new StepFailure("bad_path", checked.problem);
    if (checked.path === "") throw new StepFailure("bad_path", "The path of the file to write is empty.");
    try {
      const root = await realpath(grant.path);
      const folder = await this.#folder(root, dirname(checked.path), slot, path);
      const target = join(folder, basename(checked.path));
      const there = await lstat(target).catch(() => undefined);
      if (there !== undefined && !there.isFile()) throw new StepFailure("not_a_file", `${slot}/${path} exists and is not a regular file.`);
      return target;
    } catch (thrown) {
      throw explain("Writing", slot, path, thrown);
    }
  }

  /** Goes down name by name, so that no missing folder is made behind a link. */
  async #folder(root: string, relative: string, slot: string, path: string): Promise<string> {
    let at = root;
    for (const name of relative === "." ? [] : relative.split("/")) {
      const next = join(at, name);
      await mkdir(next).catch((thrown: { code?: string }) => {
        if (thrown.code !== "EEXIST") throw thrown;
      });
      at = await realpath(next);
      if (!inside(root, at)) throw new StepFailure("outside_grant", `${slot}/${path} leads out of the granted folder.`);
    }
    return at;
  }
}

const relativeTo = (root: string, path: string) => (path === root ? "" : path.slice(root.length + 1).split(sep).join("/"));

/** Writes and reaches the disk before it says so; never through a link. */
const writeThrough = async (path: string, text: string, flags: number): Promise<void> => {
  const file = await open(path, constants.O_WRONLY | constants.O_NOFOLLOW | flags, 0o644);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
};
