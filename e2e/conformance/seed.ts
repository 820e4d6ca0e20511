/** The seed's own snippets, to the letter: what an author of a frontend reads is what must work. */
import type { Door } from "./door.ts";

/** What the snippets take for granted: a provider that has the model they name (here a scripted server with a key), and the session that they write to. */
export const prepareSeed = async (door: Door, base: string): Promise<void> => {
  await door.invoke("update_config", { key: "providers.anthropic", value: { kind: "anthropic", baseUrl: base, keyName: "anthropic", enabled: true } });
  // A key belongs to the address that its provider has when it is set.
  await door.invoke("set_key", { name: "anthropic", value: "sk-seed" });
  await door.invoke("get_models", { refresh: true });
  await door.invoke("create_session", { sessionId: "sess_abc123", model: "claude-sonnet-4-20250514" });
};

export interface Snippet {
  readonly title: string;
  readonly code: string;
  /** Names of the snippet whose values are handed out. */
  readonly gives: readonly string[];
}

export const snippets: readonly Snippet[] = [
  {
    title: "send a message",
    code: `// Send a message
const response = await invoke("send_message", {
sessionId: "sess_abc123",
content: "Hello from the desktop app!",
});`,
    gives: ["response"],
  },
  {
    title: "create a session",
    code: `const session = await invoke("create_session", {
channelId: "desktop",
model: "claude-sonnet-4-20250514",
});
// { id: "sess_abc123", channelId: "desktop", createdAt: "..." }`,
    gives: ["session"],
  },
  { title: "list sessions", code: `const sessions = await invoke("list_sessions");`, gives: ["sessions"] },
  {
    title: "explain",
    code: `const response = await invoke("send_message", {
sessionId: "sess_abc123",
content: "Explain ownership in Rust",
});
// { id: "msg_def456", role: "assistant", content: "...", model: "..." }`,
    gives: ["response"],
  },
  {
    title: "stream",
    code: `// Listen for streaming chunks
const unlisten = await listen("stream-chunk", (event) => {
console.log(event.payload); // { content: "...", index: 3 }
});

await invoke("send_message_streaming", {
sessionId: "sess_abc123",
content: "Write a poem",
});`,
    gives: ["unlisten"],
  },
  { title: "configuration", code: `const config = await invoke("get_config");\n// { gateway: { port: 1420 }, providers: { ... }, ... }`, gives: ["config"] },
  { title: "models", code: `const models = await invoke("get_models");\n// [{ id: "claude-sonnet-4-20250514", provider: "anthropic", ... }]`, gives: ["models"] },
  { title: "health", code: `const health = await invoke("get_health");\n// { status: "healthy", uptime: 3600, ... }`, gives: ["health"] },
  { title: "compaction", code: `const result = await invoke("compact_session", {\nsessionId: "sess_abc123",\n});\n// { messagesBefore: 45, messagesAfter: 12, tokensSaved: 8420 }`, gives: ["result"] },
];
