/**
 * A world for tests: time that jumps to the next timer when nothing else is to be done, files in a map, a journal in a
 * list. Nothing here waits for real time.
 */
import type { JournalEvent } from "@axion/protocol";
import { StepFailure } from "../failure.ts";
import type { FileEntry, FilePort, Host } from "../host.ts";

class JumpingClock {
  time = 1_800_000_000_000;
  private timers: { readonly at: number; readonly wake: () => void }[] = [];
  private scheduled = false;

  now(): number { return this.time; }
  pause(): Promise<void> { return new Promise((resolve) => { setImmediate(resolve); }); }
  timer(ms: number, wake: () => void): () => void {
    const timer = { at: this.time + ms, wake };
    this.timers.push(timer);
    this.schedule();
    return () => { this.timers = this.timers.filter((each) => each !== timer); };
  }
  /** Two turns of the loop later, whatever was ready has run. */
  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => setImmediate(() => {
      this.scheduled = false;
      const next = this.timers.reduce<(typeof this.timers)[number] | undefined>((best, each) => best === undefined || each.at < best.at ? each : best, undefined);
      if (next === undefined) return;
      this.timers = this.timers.filter((each) => each !== next);
      this.time = Math.max(this.time, next.at);
      next.wake();
      if (this.timers.length > 0) this.schedule();
    }));
  }
}

class MemoryFiles implements FilePort {
  readonly content: Map<string, string>;
  constructor(content: Readonly<Record<string, string>>) { this.content = new Map(Object.entries(content)); }

  list(slot: string, folder: string): Promise<readonly FileEntry[]> {
    const start = folder === "" ? `${slot}/` : `${slot}/${folder}/`;
    return Promise.resolve([...this.content].filter(([path]) => path.startsWith(start)).map(([path, text]) => this.entry(slot, path.slice(slot.length + 1), text)));
  }
  readText(slot: string, path: string): Promise<string> {
    const text = this.content.get(`${slot}/${path}`);
    return text === undefined ? Promise.reject(new StepFailure("file_enoent", `Reading ${slot}/${path} failed.`)) : Promise.resolve(text);
  }
  writeText(slot: string, path: string, text: string, mode: "replace" | "append" | "new"): Promise<FileEntry> {
    const key = `${slot}/${path}`;
    if (mode === "new" && this.content.has(key)) return Promise.reject(new StepFailure("file_eexist", `Writing ${key} failed.`));
    this.content.set(key, mode === "append" ? (this.content.get(key) ?? "") + text : text);
    return Promise.resolve(this.entry(slot, path, text));
  }
  private entry(slot: string, path: string, text: string): FileEntry {
    return { slot, path, name: path.slice(path.lastIndexOf("/") + 1), bytes: text.length };
  }
}

export class MemoryHost implements Host {
  readonly clock = new JumpingClock();
  readonly files: MemoryFiles;
  readonly events: JournalEvent[] = [];
  readonly groups: number[] = [];
  readonly kept = new Map<string, string>();
  /** Most groups that were on their way at once. */
  mostInFlight = 0;
  /** Called with all events so far when a group arrives, before it is acknowledged. */
  onAppend: (events: readonly JournalEvent[]) => void | Promise<void> = () => undefined;
  private inFlight = 0;
  private count = 0;

  constructor(files: Readonly<Record<string, string>> = {}) { this.files = new MemoryFiles(files); }

  readonly journal = {
    append: async (text: string, count: number): Promise<void> => {
      this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight);
      const events = JSON.parse(`[${text}]`) as JournalEvent[];
      if (events.length !== count) throw new Error(`a group of ${events.length} events says ${count}`);
      this.groups.push(count);
      for (const event of events) this.events.push(event);
      await this.onAppend(this.events);
      await this.clock.pause();
      this.inFlight--;
    },
  };
  readonly blobs = {
    put: async (json: string): Promise<string> => {
      await this.clock.pause();
      // Not a hash, but as good as one here: the same text, the same name.
      const known = [...this.kept].find(([, text]) => text === json)?.[0];
      const hash = known ?? (this.kept.size + 1).toString(16).padStart(64, "0");
      this.kept.set(hash, json);
      return hash;
    },
  };
  random(): number { return 0.5; }
  newId(): string { return `id-${++this.count}-${this.clock.time}`; }
}
