/**
 * Testing a provider in the settings: what was asked of it, how long that took, what it answered or why it did not. Never its key.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type ModelServer, startModelServer } from "@axion/testkit/servers";
import { type Journey, noProblems, place, startJourney, tellFailures } from "./journey.ts";

const SECRET = "sk-journey-secret";

describe("testing providers", () => {
  let journey: Journey;
  let server: ModelServer;
  before(async () => {
    server = await startModelServer({ protocol: "openai-chat", script: { key: SECRET, models: [{ name: "tiny-chat", contextWindow: 8192, tools: true }], replies: [] } });
    journey = await startJourney();
    await journey.call("set_key", { name: "journey", value: SECRET });
    await journey.call("set_key", { name: "wrong", value: "sk-of-somebody-else" });
    const local = { kind: "openai-chat", baseUrl: server.base, enabled: true };
    await journey.call("update_config", { key: "providers.right", value: { ...local, title: "Right", keyName: "journey" } });
    await journey.call("update_config", { key: "providers.wrong", value: { ...local, title: "Wrong key", keyName: "wrong" } });
    // Port 9 of this machine: nobody listens there.
    await journey.call("update_config", { key: "providers.gone", value: { ...local, title: "Gone", baseUrl: "http://127.0.0.1:9/v1" } });
    await place(journey.page(), "Settings").click();
    await journey.page().getByRole("button", { name: /^Models/ }).or(journey.page().getByRole("link", { name: /^Models/ })).first().click();
  });
  after(async () => {
    await journey.close();
    await server.close();
  });
  tellFailures(() => journey);

  test("one that answers: the request, its status and time, and what there is", async () => {
    const page = journey.page();
    const row = page.locator('[data-provider="right"]');
    await row.getByRole("button", { name: "Test Right" }).click();
    await row.getByRole("status").getByText("It answered: 1 model.").waitFor();
    const asked = row.getByRole("list", { name: "Requests of the test" }).getByRole("listitem");
    await asked.filter({ hasText: `GET ${server.base}/models` }).filter({ hasText: "200" }).filter({ hasText: / (ms|s)$/ }).first().waitFor();
    await row.getByRole("status").getByText("tiny-chat").waitFor();
    await journey.picture("provider-test");
    noProblems(journey);
  });

  test("one that refuses the key, and one that is not there: the reason stands in their row", async () => {
    const page = journey.page();
    const wrong = page.locator('[data-provider="wrong"]');
    await wrong.getByRole("button", { name: "Test Wrong key" }).click();
    await wrong.getByRole("status").getByText("It did not pass.").waitFor();
    await wrong.getByRole("list", { name: "Requests of the test" }).getByText("401").first().waitFor();
    const gone = page.locator('[data-provider="gone"]');
    await gone.getByRole("button", { name: "Test Gone" }).click();
    await gone.getByRole("status").getByText("It did not pass.").waitFor();
    await gone.getByRole("listitem").filter({ hasText: "GET http://127.0.0.1:9/v1/models" }).filter({ hasText: "no answer" }).first().waitFor();
    await journey.picture("provider-test-failed");
    const said = ((await page.locator("main").textContent()) ?? "").toLowerCase();
    for (const secret of [SECRET, "sk-of-somebody-else"]) assert.ok(!said.includes(secret));
    noProblems(journey);
  });
});
