/** Core's "no": a code that somebody branches on, and a sentence for the person. */
import type { ErrorCode, ErrorInfo } from "@axion/protocol";

export class Refusal extends Error {
  readonly info: ErrorInfo;
  constructor(code: ErrorCode, message: string, more: Partial<ErrorInfo> = {}) {
    super(message);
    this.info = { code, message, ...more };
  }
}
