/** What a kind's `run` sees of the world: its own identity, the run's input, a signal, and the ports. */
import type { LogLevel } from "@axion/protocol";
import type { Clock, FilePort } from "../host.ts";
import type { Json } from "../json.ts";
import type { StepContext } from "../kind.ts";
import * as events from "./events.ts";
import type { Frame } from "./frame.ts";
import { instanceKey } from "./history.ts";
import type { Run } from "./run.ts";

const MAX_KEY = 200;
const MAX_LOG = 8000;

/** 53 bits that tell long scopes apart (the two multipliers are those of xxHash and Murmur). */
const digest = (text: string): string => {
  let a = 0x9e3779b9;
  let b = 0x85ebca6b;
  for (let at = 0; at < text.length; at++) {
    a = Math.imul(a ^ text.charCodeAt(at), 2_654_435_761);
    b = Math.imul(b ^ text.charCodeAt(at), 1_597_334_677);
  }
  return `${(a >>> 0).toString(16).padStart(8, "0")}${(b >>> 0).toString(16).padStart(8, "0")}`;
};

export class Context implements StepContext {
  private readonly run: Run;
  private readonly frame: Frame;
  private readonly entry: number;
  readonly attempt: number;
  readonly signal: AbortSignal;

  constructor(run: Run, frame: Frame, entry: number, attempt: number, signal: AbortSignal) {
    this.run = run;
    this.frame = frame;
    this.entry = entry;
    this.attempt = attempt;
    this.signal = signal;
  }
  get node(): string { return this.run.plan.ids[this.entry] as string; }
  get nodeName(): string { return this.run.plan.names[this.entry] as string; }
  get scope(): string | undefined { return this.frame.scope; }
  get key(): string {
    const key = `${this.run.runId}/${instanceKey(this.node, this.scope)}`;
    return key.length <= MAX_KEY ? key : `${key.slice(0, MAX_KEY - 17)}-${digest(key)}`;
  }
  get runInput(): Json { return this.run.input; }
  get clock(): Clock { return this.run.host.clock; }
  get files(): FilePort { return this.run.host.files; }
  log(level: LogLevel, text: string): void {
    this.run.write(events.log(this.run.now(), level, this.node, this.scope, text.slice(0, MAX_LOG).toWellFormed()));
  }
}
