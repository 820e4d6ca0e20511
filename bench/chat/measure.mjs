/**
 * The measurements, told to a page that can `run` a function's body in it and `load` itself anew. Knows neither Chromium nor WebKit.
 */
import { setTimeout as delay } from "node:timers/promises";
import { latencies, quantile, slope } from "./figures.mjs";
import { LAST_WORDS, LONG, SMALL, SMALL_LAST_WORDS } from "./homes.mjs";
import { observer } from "./observer.mjs";

const AXION = { root: "main", growing: '[data-row="text"] > .text-prose' };
const TALK = "[data-transcript]";
const rowOf = (id) => `[data-session="${id}"] button`;

const until = async (what, probe, limit = 60_000) => {
  const end = Date.now() + limit;
  while (!(await probe())) {
    if (Date.now() > end) throw new Error(`waited ${limit / 1000} s for ${what}`);
    await delay(50);
  }
};

/** The list of chats, with the observer in the page. */
const toChats = async (page) => {
  await page.run(observer);
  await until("the list of chats", () =>
    page.run(
      `const place = [...document.querySelectorAll("nav button")].find((each) => (each.getAttribute("aria-label") ?? each.textContent).trim() === "Chat");
       if (document.querySelector(args[0]) !== null) return true;
       place?.click(); return false;`, rowOf(LONG)));
};
const open = (page, id, words) => page.run("return await window.__bench.open(args[0], args[1], args[2]);", rowOf(id), TALK, words);

/** Click → the last words of the long session are painted. Each time in a new page that showed another session before; then without a new page. */
export const opening = async (page, times) => {
  const cold = [];
  const again = [];
  for (let round = 0; round < times; round += 1) {
    await page.load();
    await toChats(page);
    await open(page, SMALL, SMALL_LAST_WORDS);
    await delay(300);
    cold.push(await open(page, LONG, LAST_WORDS));
    await delay(300);
    await open(page, SMALL, SMALL_LAST_WORDS);
    await delay(300);
    again.push(await open(page, LONG, LAST_WORDS));
  }
  return { cold, again };
};

/** Makes an answer come; resolves when the page shows its last token. */
const follow = async (page, server, begin, tokens, each = async () => undefined) => {
  const first = server.sent.length;
  server.plan(tokens);
  await begin();
  const limit = Date.now() + tokens * 10 + 90_000;
  for (;;) {
    await delay(500);
    await each();
    if (server.sent.length - first >= tokens && (await page.run("return window.__bench.newest();")) >= first + tokens - 1) break;
    if (Date.now() > limit) throw new Error(`the page showed token ${await page.run("return window.__bench.newest();")}, sent were ${first} to ${server.sent.length}`);
  }
  return first;
};

/** Frames of a page that only shows: what this display and this machine can do at this moment. */
const resting = async (page) => {
  await page.run("window.__bench.begin(args[0], args[1]);", AXION.root, AXION.growing);
  await delay(3_000);
  return (await page.run("return window.__bench.end();")).intervals;
};

const summary = (server, first, watched, rest) => {
  const { times, missing } = latencies(server.sent, first, watched.steps);
  const rate = ((server.sent.length - first - 1) * 1000) / (server.sent.at(-1) - server.sent[first]);
  return {
    rest50: quantile(rest, 0.5), rest95: quantile(rest, 0.95), rate, missing, tokens: times.length, updates: watched.steps.length,
    p50: quantile(times, 0.5), p95: quantile(times, 0.95), worst: Math.max(...times),
    frame50: quantile(watched.intervals, 0.5), frame95: quantile(watched.intervals, 0.95), frame99: quantile(watched.intervals, 0.99),
    busy50: quantile(watched.busy, 0.5), busy95: quantile(watched.busy, 0.95), frames: watched.intervals.length,
  };
};

/** An answer into the long session while it is shown. */
export const streaming = async (page, server, call, tokens) => {
  await page.load();
  await toChats(page);
  await open(page, LONG, LAST_WORDS);
  await delay(1_000);
  // The first answer warms runner, connection and code; it is not counted.
  await page.run("window.__bench.begin(args[0], args[1]);", AXION.root, AXION.growing);
  await follow(page, server, () => call("send_message_streaming", { sessionId: LONG, content: "Warm up." }), 200);
  await delay(1_000);
  const rest = await resting(page);
  await page.run("window.__bench.begin(args[0], args[1]);", AXION.root, AXION.growing);
  const stop = await page.profile?.();
  const first = await follow(page, server, () => call("send_message_streaming", { sessionId: LONG, content: "Go on." }), tokens);
  const cpu = await stop?.();
  const result = summary(server, first, await page.run("return window.__bench.end();"), rest);
  return { ...result, ...(cpu !== undefined && { cpu: cpu / result.frames }) };
};

/** The same text in the naive page. */
export const naive = async (page, server, tokens) => {
  await page.run(observer);
  const rest = await resting(page);
  await page.run("window.__bench.begin(args[0], args[1]);", "main", "article");
  const stop = await page.profile?.();
  const first = await follow(page, server, () => page.run("window.beginNaive();"), tokens);
  const cpu = await stop?.();
  const result = summary(server, first, await page.run("return window.__bench.end();"), rest);
  return { ...result, ...(cpu !== undefined && { cpu: cpu / result.frames }) };
};

/** Answer after answer for so many minutes; `sample` gives numbers by name, each 10 s. The first half minute is not part of the slope. */
export const memory = async (page, server, call, minutes, sample) => {
  const begun = performance.now();
  const rows = [];
  const take = async () => {
    const at = (performance.now() - begun) / 1000;
    if (at >= rows.length * 10) rows.push([at, await sample()]);
  };
  await page.run("window.__bench.begin(args[0], args[1], false);", AXION.root, AXION.growing);
  while (performance.now() - begun < minutes * 60_000) {
    await follow(page, server, () => call("send_message_streaming", { sessionId: LONG, content: "Go on." }), 2_000, take);
    // A turn ends a moment after its last word.
    await until("the turn to end", async () => (await call("get_session", { sessionId: LONG })).state !== "running");
  }
  await take();
  await page.run("window.__bench.end();");
  const counted = rows.filter(([at]) => at >= 30);
  return Object.fromEntries(Object.keys(rows[0][1]).map((name) => [name, { first: rows[0][1][name], last: rows.at(-1)[1][name], perMinute: slope(counted.map(([at, values]) => [at, values[name]])) }]));
};
