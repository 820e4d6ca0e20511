/** What running calls say before their result is there. The newest is kept; of a chatty tool, its end. */
export interface LiveOutput {
  readonly text: string;
  /** Something before `text` was let go. */
  readonly cut: boolean;
}

const mostLetters = 64 * 1024;

export class LiveOutputs {
  readonly #outputs = new Map<string, LiveOutput>();

  get(callId: string): LiveOutput | undefined {
    return this.#outputs.get(callId);
  }
  add(callId: string, text: string): void {
    const old = this.#outputs.get(callId);
    const all = (old?.text ?? "") + text;
    this.#outputs.set(callId, all.length > 2 * mostLetters ? { text: all.slice(-mostLetters), cut: true } : { text: all, cut: old?.cut ?? false });
  }
  drop(callId: string): boolean {
    return this.#outputs.delete(callId);
  }
  clear(): void {
    this.#outputs.clear();
  }
}
