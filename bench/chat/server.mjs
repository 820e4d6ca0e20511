/**
 * A model server that sends numbered tokens at a steady rate and keeps when it sent each: the rate is kept by the clock, not by a chain of waits, so
 * that 100 tokens a second are 100. Speaks as much of OpenAI's Chat Completions as a client asks for, to any origin, and hands out the naive page.
 * Faults and other protocols are in packages/testkit/src/servers.
 */
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { token } from "./tokens.mjs";

export const MODEL = "steady";
const TICK_MS = 10;
const KINDS = { html: "text/html", js: "text/javascript", css: "text/css" };

/** `folder`: the built naive page. */
export const startServer = async (folder) => {
  /** When token n was given to the socket, by the clock of the machine. */
  const sent = [];
  let plan = { tokens: 1_000 };
  const chunk = (delta, finish = null) =>
    `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: MODEL, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

  const stream = (response) => {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache", "access-control-allow-origin": "*" });
    response.write(chunk({ role: "assistant", content: "" }));
    const begun = performance.now();
    let count = 0;
    const timer = setInterval(() => {
      while (count < plan.tokens && begun + (count + 1) * TICK_MS <= performance.now()) {
        const n = sent.length;
        sent.push(Date.now());
        response.write(chunk({ content: token(n) }));
        count += 1;
      }
      if (count < plan.tokens) return;
      clearInterval(timer);
      response.end(`${chunk({}, "stop")}data: [DONE]\n\n`);
    }, 2);
    response.on("close", () => clearInterval(timer));
  };

  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    for await (const _ of request) { /* What was asked is of no interest. */ }
    response.on("error", () => undefined);
    if (pathname === "/v1/chat/completions") return stream(response);
    if (pathname === "/v1/models") {
      response.writeHead(200, { "content-type": "application/json" });
      return response.end(JSON.stringify({ object: "list", data: [{ id: MODEL, object: "model", created: 1, owned_by: "bench" }] }));
    }
    try {
      const name = pathname === "/" ? "index.html" : pathname.slice(1);
      const file = await readFile(join(folder, name));
      response.writeHead(200, { "content-type": KINDS[name.split(".").at(-1)] ?? "application/octet-stream" });
      response.end(file);
    } catch {
      response.writeHead(404);
      response.end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  return {
    url,
    base: `${url}/v1`,
    sent,
    /** How many tokens the next answers have. */
    plan: (tokens) => { plan = { tokens }; },
    close: () => { server.closeAllConnections(); server.close(); },
  };
};
