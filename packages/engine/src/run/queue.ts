/** A first-in first-out queue of (frame, entry) that neither shifts an array nor makes an object for each element. */
import type { Frame } from "./frame.ts";

const COMPACT = 4096;

export class ReadyQueue {
  private frames: Frame[] = [];
  private entries: number[] = [];
  private head = 0;

  push(frame: Frame, entry: number): void {
    this.frames.push(frame);
    this.entries.push(entry);
  }
  get size(): number { return this.frames.length - this.head; }
  /** Frame and entry of the first; `take` removes it. */
  get frame(): Frame { return this.frames[this.head] as Frame; }
  get entry(): number { return this.entries[this.head] as number; }
  take(): void {
    this.head++;
    if (this.head === this.frames.length) { this.frames.length = 0; this.entries.length = 0; this.head = 0; }
    else if (this.head >= COMPACT && this.head * 2 > this.frames.length) {
      this.frames = this.frames.slice(this.head);
      this.entries = this.entries.slice(this.head);
      this.head = 0;
    }
  }
}
