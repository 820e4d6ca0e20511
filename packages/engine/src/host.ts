/**
 * What the engine needs from the world, as ports. The runner brings the real ones, tests bring their own, and the
 * workbench needs none of them, because compiling and checking touch nothing.
 */
export interface FileEntry {
  readonly slot: string;
  /** Relative to the slot's folder, with `/`. */
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
}
export type WriteMode = "replace" | "append" | "new";

/** Files inside the granted folders. Every path is relative; the port refuses those that leave the folder. */
export interface FilePort {
  list(slot: string, folder: string, options: { readonly recursive: boolean; readonly limit: number }, signal: AbortSignal): Promise<readonly FileEntry[]>;
  readText(slot: string, path: string, maxBytes: number, signal: AbortSignal): Promise<string>;
  writeText(slot: string, path: string, text: string, mode: WriteMode, signal: AbortSignal): Promise<FileEntry>;
}

export interface Clock {
  /** Milliseconds since 1970, fractions allowed. */
  now(): number;
  /** Calls `wake` once after `ms`; the answer takes it back. */
  timer(ms: number, wake: () => void): () => void;
  /** Lets the host do what waits (messages, timers), then goes on. */
  pause(): Promise<void>;
}

/** Where events become durable. `events` is `count` JSON objects joined by commas. Rejects if the history cannot be kept. */
export interface JournalPort {
  append(events: string, count: number): Promise<void>;
}

/** Large values, by content. Resolves with the hash when the value is kept. */
export interface BlobPort {
  put(json: string): Promise<string>;
}

export interface Host {
  readonly clock: Clock;
  readonly files: FilePort;
  readonly journal: JournalPort;
  readonly blobs: BlobPort;
  /** From 0 (included) to 1. */
  random(): number;
  /** A new identifier, never given before. */
  newId(): string;
}
