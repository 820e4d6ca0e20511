/** A small host for tests: starts the built bundle with a socket as its descriptor 3, speaks JSON-RPC, keeps a journal. */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import type { JournalEvent, RunGrant, TurnDeltaParams, TurnEvent } from "@axion/protocol";

export const bundle = fileURLToPath(new URL("../dist/runner.mjs", import.meta.url));

interface Message { id?: number; method?: string; params?: Record<string, unknown>; result?: unknown; error?: { code: number; message: string; data?: unknown } }

export class Host {
  readonly child: ChildProcess;
  readonly socket: Duplex;
  readonly events: JournalEvent[] = [];
  readonly blobs = new Map<string, string>();
  readonly turnEvents: TurnEvent[] = [];
  readonly deltas: TurnDeltaParams[] = [];
  /** Answers of other methods; what is thrown is the error. */
  readonly on: Record<string, (params: Record<string, unknown>) => unknown> = {};
  private readonly turnWatchers: { readonly test: (event: TurnEvent) => boolean; readonly resolve: (event: TurnEvent) => void }[] = [];
  readonly logs: string[] = [];
  logged: () => void = () => undefined;
  readonly exited: Promise<number | null>;
  hello: Record<string, unknown> | undefined;
  /** Called before an append is acknowledged; may delay it or refuse it. */
  onAppend: (events: readonly JournalEvent[]) => Promise<void> | void = () => undefined;
  private held = "";
  private next = 1;
  private readonly waiting = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();
  private readonly watchers: { test: (event: JournalEvent) => boolean; resolve: (event: JournalEvent) => void }[] = [];
  private greet: () => void = () => undefined;
  readonly ready: Promise<void>;

  constructor(grants: readonly RunGrant[] = [], token = "token") {
    this.ready = new Promise((resolve) => { this.greet = resolve; });
    this.child = spawn(process.execPath, [bundle], {
      stdio: ["ignore", "ignore", "inherit", "pipe"],
      env: { AXION_CHANNEL: "fd:3", AXION_TOKEN: token, AXION_GRANTS: JSON.stringify(grants) },
    });
    this.socket = this.child.stdio[3] as unknown as Duplex;
    this.socket.on("error", () => undefined);
    this.socket.on("data", (chunk: Buffer) => this.read(chunk.toString("utf8")));
    this.exited = new Promise((resolve) => { this.child.once("exit", (code) => resolve(code)); });
  }

  private read(text: string): void {
    const lines = (this.held + text).split("\n");
    this.held = lines.pop() as string;
    for (const line of lines) void this.take(JSON.parse(line) as Message);
  }

  private async take(message: Message): Promise<void> {
    if (message.method === undefined) {
      const waiting = this.waiting.get(message.id as number);
      if (message.error === undefined) waiting?.resolve(message.result);
      else waiting?.reject(message.error);
      return;
    }
    const params = message.params ?? {};
    let result: unknown = {};
    if (message.method === "hello") { this.hello = params; result = { capabilities: [], heartbeatMs: 5000 }; }
    else if (message.method === "journal_append") {
      const events = params["events"] as JournalEvent[];
      for (const event of events) {
        this.events.push(event);
        for (const watcher of this.watchers.filter((each) => each.test(event))) watcher.resolve(event);
      }
      try {
        await this.onAppend(events);
      } catch (thrown) {
        this.send({ id: message.id, error: { code: -32603, message: String(thrown) } });
        return;
      }
      result = { head: this.events.length };
    } else if (message.method === "blob_put") {
      const json = params["json"] as string;
      if (createHash("sha256").update(json).digest("hex") !== params["hash"]) throw new Error("wrong hash");
      this.blobs.set(params["hash"] as string, json);
    } else if (message.method === "turn_append") {
      for (const event of params["events"] as TurnEvent[]) {
        this.turnEvents.push(event);
        for (const watcher of this.turnWatchers.filter((each) => each.test(event))) watcher.resolve(event);
      }
      result = { head: this.turnEvents.length };
    } else if (message.method === "turn_delta") this.deltas.push(params as unknown as TurnDeltaParams);
    else if (this.on[message.method] !== undefined) {
      try {
        result = await this.on[message.method]?.(params);
      } catch (thrown) {
        this.send({ id: message.id, error: { code: -32603, ...(thrown as object), message: (thrown as Error).message } });
        return;
      }
    } else if (message.method === "runner_log") {
      this.logs.push(params["text"] as string);
      this.logged();
    }
    if (message.id !== undefined) this.send({ id: message.id, result });
    if (message.method === "hello") this.greet();
  }

  send(message: object): void { this.socket.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`); }

  ask(method: string, params: object = {}): Promise<unknown> {
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.send({ id, method, params });
    });
  }

  /** The first event, past or future, that passes. */
  event(test: (event: JournalEvent) => boolean): Promise<JournalEvent> {
    const past = this.events.find(test);
    return past === undefined ? new Promise((resolve) => { this.watchers.push({ test, resolve }); }) : Promise.resolve(past);
  }

  turnEvent(test: (event: TurnEvent) => boolean): Promise<TurnEvent> {
    const past = this.turnEvents.find(test);
    return past === undefined ? new Promise((resolve) => { this.turnWatchers.push({ test, resolve }); }) : Promise.resolve(past);
  }

  async run(graph: unknown, more: object = {}): Promise<Extract<JournalEvent, { type: "run-finished" }>> {
    await this.ask("run_start", { runId: "r1", graph, input: {}, concurrency: 4, journal: [], blobs: [], attempt: 1, ...more });
    return await this.event((event) => event.type === "run-finished") as Extract<JournalEvent, { type: "run-finished" }>;
  }

  async close(): Promise<void> {
    this.socket.destroy();
    await this.exited;
  }
}
