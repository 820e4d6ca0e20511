/**
 * An OpenAI-compatible chat completion over llama.cpp in this process, as small as a test needs: streams text, binds a tool call to the tool's schema by a grammar, stops when
 * the client leaves. One thread and one request at a time. `node-llama-cpp` is given in, since it is installed apart (see package.json here).
 */
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";

// What is used of `node-llama-cpp`, in its own words.
interface PromptOptions {
  readonly maxTokens: number; readonly temperature: number; readonly seed: number; readonly signal: AbortSignal; readonly stopOnAbortSignal: boolean; readonly onTextChunk: (text: string) => void;
  readonly grammar?: object; readonly customStopTriggers?: readonly string[];
}
interface Sequence { readonly tokenMeter: { readonly usedInputTokens: number; readonly usedOutputTokens: number }; dispose(): void }
interface Session {
  setChatHistory(history: readonly object[]): void;
  promptWithMeta(prompt: string, options: PromptOptions): Promise<{ readonly stopReason: string }>;
  dispose(): void;
}
interface Llama {
  loadModel(options: { readonly modelPath: string }): Promise<{ createContext(options: { readonly contextSize: number; readonly threads: number }): Promise<{ getSequence(): Sequence }> }>;
  createGrammarForJsonSchema(schema: object): Promise<object>;
  dispose(): Promise<void>;
}
export interface LlamaModule {
  getLlama(options: { readonly gpu: false; readonly build: "never"; readonly maxThreads: number; readonly logLevel: string; readonly skipDownload: boolean }): Promise<Llama>;
  readonly LlamaChatSession: new (options: { readonly contextSequence: Sequence }) => Session;
}

interface ChatMessage { readonly role: string; readonly content: string | null }
interface ChatRequest { readonly model: string; readonly messages: readonly ChatMessage[]; readonly max_tokens?: number; readonly tools?: readonly { readonly function: { readonly name: string; readonly parameters: object } }[] }

export interface InferenceServer {
  readonly base: string;
  /** For each reply that is over: pieces that were made, and why it ended. */
  readonly replies: readonly { readonly pieces: number; readonly reason: string }[];
  close(): Promise<void>;
}

const CONTEXT = 2048;
const REASONS: Readonly<Record<string, string>> = { maxTokens: "length", abort: "aborted" };

const historyOf = (messages: readonly ChatMessage[]): readonly object[] => messages.map(({ role, content }) =>
  role === "assistant" ? { type: "model", response: [content ?? ""] } : { type: role === "system" ? "system" : "user", text: content ?? "" });

const bodyOf = async (request: IncomingMessage): Promise<ChatRequest> => {
  let text = "";
  for await (const piece of request) text += String(piece);
  return JSON.parse(text) as ChatRequest;
};

export const startInference = async (module: LlamaModule, modelPath: string, options: { readonly stopAt?: readonly string[]; readonly seed?: number } = {}): Promise<InferenceServer> => {
  const llama = await module.getLlama({ gpu: false, build: "never", maxThreads: 1, logLevel: "error", skipDownload: true });
  const model = await llama.loadModel({ modelPath });
  const context = await model.createContext({ contextSize: CONTEXT, threads: 1 });
  const replies: { pieces: number; reason: string }[] = [];

  const answer = async (asked: ChatRequest, response: ServerResponse): Promise<void> => {
    const sequence = context.getSequence();
    const session = new module.LlamaChatSession({ contextSequence: sequence });
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const send = (delta: object, finish: string | null = null, more: object = {}): void => {
      response.write(`data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 0, model: asked.model, choices: [{ index: 0, delta, finish_reason: finish }], ...more })}\n\n`);
    };
    const tool = asked.tools?.[0]?.function;
    let pieces = 0;
    try {
      response.writeHead(200, { "content-type": "text/event-stream" });
      send({ role: "assistant", ...(tool !== undefined && { tool_calls: [{ index: 0, id: "call-1", type: "function", function: { name: tool.name, arguments: "" } }] }) });
      session.setChatHistory(historyOf(asked.messages.slice(0, -1)));
      const { stopReason } = await session.promptWithMeta(asked.messages.at(-1)?.content ?? "", {
        maxTokens: asked.max_tokens ?? 64, temperature: 1, seed: options.seed ?? 7, signal: gone.signal, stopOnAbortSignal: true,
        ...(tool !== undefined && { grammar: await llama.createGrammarForJsonSchema(tool.parameters) }), ...(options.stopAt !== undefined && { customStopTriggers: options.stopAt }),
        onTextChunk: (text) => {
          pieces += 1;
          send(tool === undefined ? { content: text } : { tool_calls: [{ index: 0, function: { arguments: text } }] });
        },
      });
      const reason = REASONS[stopReason] ?? (tool === undefined ? "stop" : "tool_calls");
      const { usedInputTokens, usedOutputTokens } = sequence.tokenMeter;
      send({}, reason);
      response.end(`data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: usedInputTokens, completion_tokens: usedOutputTokens } })}\n\ndata: [DONE]\n\n`);
      replies.push({ pieces, reason });
    } finally {
      session.dispose();
      sequence.dispose();
    }
  };

  let last: Promise<void> = Promise.resolve();
  const server = createServer((request, response) => {
    last = last.then(async () => answer(await bodyOf(request), response)).catch((error: unknown) => void response.destroy(error instanceof Error ? error : new Error(String(error))));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, replies,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await last;
      await llama.dispose();
    },
  };
};
