/** What this turn knows of files that it has read or written, so that a change made by somebody else in between is noticed. In memory only: after a crash nothing is known. */
import type { FileFacts } from "../ports.ts";

const LIMIT = 5_000;

export class SeenFiles {
  readonly #seen = new Map<string, string>();
  note(folder: string, path: string, facts: FileFacts): void {
    const key = `${folder}/${path}`;
    this.#seen.delete(key);
    this.#seen.set(key, `${facts.bytes} ${facts.changedAt}`);
    if (this.#seen.size > LIMIT) for (const oldest of this.#seen.keys()) { this.#seen.delete(oldest); break; }
  }
  /** The file is not as it was when this turn last looked. */
  changed(folder: string, path: string, facts: FileFacts): boolean {
    const known = this.#seen.get(`${folder}/${path}`);
    return known !== undefined && known !== `${facts.bytes} ${facts.changedAt}`;
  }
}
