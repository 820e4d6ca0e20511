/** Core is killed while a slow server speaks: the transcript is whole, and the answer goes on, or says why not. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Message } from "@axion/protocol";
import { type ModelServer, startModelServer } from "@axion/testkit/servers";
import { goesOn, messages, open, provide } from "./chat.ts";
import { type Line, Serve, freshFolder, until } from "./core.ts";

const TEXT = "Slowly I say one word after the other, and nobody can say how long it takes, for it takes as long as it takes. ".repeat(4);
const folder = freshFolder();
let serve: Serve;
let line: Line;
let stays: ModelServer;
let goes: ModelServer;
before(async () => {
  serve = await Serve.start(folder.home);
  line = await serve.line();
  const replies = [{ times: 1, parts: [{ text: TEXT }], pieceMs: 120 }, { times: 1, parts: [{ text: "AND THE REST." }] }];
  stays = await startModelServer({ protocol: "ollama", script: { replies } });
  goes = await startModelServer({ protocol: "openai-responses", script: { replies } });
  await provide(line, "stays", "ollama", stays.base);
  await provide(line, "goes", "openai-responses", goes.base);
});
after(async () => {
  line.close();
  await serve.stop();
  await stays.close();
  folder.remove();
});

/** What is on disk of the answer, by the events. */
const durable = async (sessionId: string): Promise<string> => {
  const { events } = await line.call<{ events: ReadonlyArray<{ type: string; text?: string }> }>("read_stream", { stream: `session:${sessionId}` });
  return events.filter(({ type }) => type === "text-added").map(({ text }) => text).join("");
};
const answerOf = async (sessionId: string): Promise<Message> => {
  const [asked, answer, ...more] = await messages(line, sessionId);
  assert.deepEqual([asked?.content, more.length], ["Speak.", 0], "the question is there, once");
  assert.ok(answer !== undefined);
  return answer;
};

test("killed in mid-answer", async () => {
  for (const name of ["stays", "goes"]) {
    await open(line, name, `${name}/scripted-model`);
    await line.call("send_message_streaming", { sessionId: name, content: "Speak." });
  }
  await line.call("send_message_streaming", { sessionId: "stays", content: "And this waits." });
  await until("something is on disk", async () => (await durable("stays")).length > 20 && (await durable("goes")).length > 20);
  const kept = { stays: await durable("stays"), goes: await durable("goes") };
  await serve.kill();
  await goes.close();

  serve = await Serve.start(folder.home);
  line = await serve.line();
  await until("both answers have ended", async () => {
    const states = [(await messages(line, "stays"))[1]?.state, (await messages(line, "goes"))[1]?.state];
    return states.every((state) => state !== "streaming");
  });
  for (const name of ["stays", "goes"] as const) {
    const answer = (await messages(line, name))[1];
    const said = (answer?.parts ?? []).flatMap((part) => part.type === "text" ? [part.text] : []).join("");
    assert.ok(said.startsWith(kept[name]), "what was on disk is still said");
    assert.ok(answer?.parts.some((part) => part.type === "note" && part.code === "resumed"), JSON.stringify(answer?.parts));
  }
  const [, whole] = await messages(line, "stays");
  assert.equal(whole?.state, "complete");
  assert.match(whole.content, /AND THE REST\.$/);
  // What waited is answered behind it.
  await until("what waited is answered", async () => (await messages(line, "stays")).length === 4 && (await messages(line, "stays"))[3]?.state === "complete");
  assert.deepEqual((await messages(line, "stays"))[2]?.content, "And this waits.");
  await goesOn(line, "stays");

  const broken = await answerOf("goes");
  assert.equal(broken.state, "failed");
  assert.equal(broken.error?.code, "model_network");
  assert.match(broken.error.message, /kept/);
  assert.ok((broken.error.hint ?? "").length > 10);
  // With a model that is there it goes on.
  await line.call("update_session", { sessionId: "goes", model: "stays/scripted-model" });
  await goesOn(line, "goes");
});
