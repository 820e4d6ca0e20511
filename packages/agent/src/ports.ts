/**
 * What a turn needs from the world, as ports. The runner brings the real ones (its jail's files, the host for everything that must be kept
 * or asked), tests bring their own.
 */
import type { BlobPort, Clock, FileEntry, FilePort, Json } from "@axion/engine";
import type { GraphRunResult, RecallResult, TurnEvent } from "@axion/protocol";
import type { ModelClient } from "./model.ts";

export interface FileFacts {
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly changedAt: number;
  readonly folder: boolean;
}

/** The granted folders, by `folderId` as the slot. Paths are relative; the port refuses those that lead out. */
export interface AgentFiles extends FilePort {
  /** `skip` names folders that are not looked into; `withFolders` shows folders too, their paths ending with `/`. */
  list(folder: string, path: string, options: { readonly recursive: boolean; readonly limit: number; readonly skip?: ReadonlySet<string>; readonly withFolders?: boolean }, signal: AbortSignal): Promise<readonly FileEntry[]>;
  /** Undefined if nothing is there. */
  facts(folder: string, path: string, signal: AbortSignal): Promise<FileFacts | undefined>;
  /** At most `bytes` bytes from `offset`; fewer only at the end of the file. */
  piece(folder: string, path: string, offset: number, bytes: number, signal: AbortSignal): Promise<Uint8Array>;
}

export interface TextPiece { readonly part: number; readonly kind: "text" | "reasoning"; readonly offset: number; readonly text: string }

export interface TurnPorts {
  readonly clock: Clock;
  readonly model: ModelClient;
  readonly files: AgentFiles;
  readonly blobs: BlobPort;
  /** Resolves when the events are on disk, in this order. Rejects if they cannot be kept: the turn ends then. */
  append(events: readonly TurnEvent[]): Promise<void>;
  /** Text that is not kept yet; may be lost. */
  showText(piece: TextPiece): void;
  /** What a running tool says; may be lost. */
  showTool(callId: string, text: string): void;
  runGraph(ask: { readonly callId: string; readonly runId: string; readonly graphId: string; readonly input: Json }, signal: AbortSignal): Promise<GraphRunResult>;
  recall(ask: { readonly query?: string; readonly messageId?: string; readonly limit: number }, signal: AbortSignal): Promise<RecallResult>;
  /** SHA-256 of the text as UTF-8, lower-case hex. */
  hash(text: string): string;
  /** From 0 (included) to 1. */
  random(): number;
  /** A new identifier, never given before. */
  newId(): string;
}
