/** The four protocols against a mock server that somebody else wrote (`@copilotkit/aimock`), so that a misreading of ours is not on both sides. */
import { LLMock } from "@copilotkit/aimock";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createModel } from "../create.ts";
import { KINDS, fetchTo, hear, modelInfo, realClock, requestOf, said, thinking } from "./asking.ts";

const mock = new LLMock({ port: 0, chunkSize: 7, logLevel: "silent" });
beforeAll(async () => {
  mock.onMessage("say hello", { content: "Hello there, from somebody else's server.", usage: { prompt_tokens: 21, completion_tokens: 9, total_tokens: 30 } });
  mock.onMessage("think first", { content: "Then I answer.", reasoning: "First I think." });
  mock.on({ userMessage: "read it", hasToolResult: false }, { toolCalls: [{ name: "read_file", arguments: '{"path":"notes/a.md"}' }] });
  mock.on({ userMessage: "read it", hasToolResult: true }, { content: "It says hello." });
  mock.onMessage("break", { error: { message: "Slow down", type: "rate_limit_error" }, status: 429, retryAfter: 3 });
  await mock.start();
});
afterAll(() => mock.stop());

describe.each(KINDS)("%s", (kind) => {
  const client = () => createModel({ kind }, { clock: realClock, fetch: (url, init) => fetchTo(mock.url + (kind === "ollama" ? "" : "/v1"))(url, { ...init, headers: { ...init.headers, authorization: "Bearer test", "x-api-key": "test" } }) });
  const model = modelInfo({ name: "gpt-4o" });

  it("streams text", async () => {
    const told = await hear(client(), requestOf({ model, messages: [said("say hello")] }));
    expect(told).toMatchObject({ failure: undefined, text: "Hello there, from somebody else's server.", finish: "stop", model: "gpt-4o" });
    expect(told.usage).toBeDefined();
    expect(mock.getLastRequest()?.response.status).toBe(200);
  });

  it("streams reasoning apart from text", async () => {
    const told = await hear(client(), requestOf({ model: { ...model, ...thinking, claims: [...thinking.claims] }, messages: [said("think first")] }));
    // For Ollama this mock writes `reasoning_content`, where Ollama itself writes `thinking`: passed over like any unknown field.
    expect(told).toMatchObject({ failure: undefined, reasoning: kind === "ollama" ? "" : "First I think.", text: "Then I answer.", finish: "stop" });
  });

  it("calls a tool and goes on with its answer", async () => {
    const first = requestOf({ model, messages: [said("read it")] });
    const told = await hear(client(), first);
    expect(told).toMatchObject({ failure: undefined, finish: "tool-calls" });
    expect(told.calls.map(({ name, arguments: given }) => [name, JSON.parse(given)])).toEqual([["read_file", { path: "notes/a.md" }]]);
    const then = await hear(client(), { ...first, messages: [...first.messages, { role: "assistant", parts: told.calls }, ...told.calls.map((call) => ({ role: "tool" as const, callId: call.callId, name: call.name, output: "hello", isError: false }))] });
    expect(then).toMatchObject({ failure: undefined, text: "It says hello.", finish: "stop" });
  });

  it("is told to wait", async () => {
    const told = await hear(client(), requestOf({ model, messages: [said("break")] }));
    expect(told.failure).toMatchObject({ kind: "rate", status: 429 });
    expect(told.failure?.message).toContain("Slow down");
  });
});
