/** What a failed call becomes, before the page is left and after. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { GONE_BY_MS, holdFailuresOnLeaving } from "./leaving.ts";

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

/** A page whose requests are answered by `answer`, and a way to leave it. */
const pageOf = (answer: () => Promise<Response>) => {
  const target = new EventTarget();
  const page = { fetch: (() => answer()) as typeof fetch, addEventListener: target.addEventListener.bind(target) as Window["addEventListener"] };
  holdFailuresOnLeaving(page);
  return { page, leave: () => target.dispatchEvent(new Event("beforeunload")) };
};
/** How far it is: nothing yet, what came, or how it failed. */
const watch = (work: Promise<unknown>) => {
  const seen: { state: unknown } = { state: undefined };
  work.then((value) => { seen.state = value; }, (error: Error) => { seen.state = error.message; });
  return seen;
};
const broken = (): Response => new Response(new ReadableStream({ pull: (controller) => { controller.error(new Error("ended")); } }));

it("says what came and what failed at once, while the page stays", async () => {
  const { page } = pageOf(() => Promise.resolve(new Response('{"a":1}')));
  expect(await (await page.fetch("x")).json()).toEqual({ a: 1 });
  expect(await (await page.fetch("x")).text()).toBe('{"a":1}');
  expect((await (await page.fetch("x")).arrayBuffer()).byteLength).toBe(7);
  const failing = watch(pageOf(() => Promise.reject(new Error("no way"))).page.fetch("x"));
  await vi.advanceTimersByTimeAsync(0);
  expect(failing.state).toBe("no way");
});

it.each<[string, () => Promise<Response>, (response: Response) => Promise<unknown>]>([
  ["the call", () => Promise.reject(new Error("ended")), (response) => Promise.resolve(response)],
  ["its JSON", () => Promise.resolve(broken()), (response) => response.json()],
  ["its text", () => Promise.resolve(broken()), (response) => response.text()],
  ["its bytes", () => Promise.resolve(broken()), (response) => response.arrayBuffer()],
])("holds back a failure of %s once the page is left, and tells it if the page stays after all", async (_, answer, read) => {
  const { page, leave } = pageOf(answer);
  leave();
  const seen = watch(page.fetch("x").then(read));
  await vi.advanceTimersByTimeAsync(GONE_BY_MS - 1);
  expect(seen.state).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1);
  expect(seen.state).toBe("ended");
});

it("gives an answer that still arrives", async () => {
  const { page, leave } = pageOf(() => Promise.resolve(new Response("7")));
  leave();
  expect(await (await page.fetch("x")).json()).toBe(7);
});
