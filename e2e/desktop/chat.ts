/** A chat in the packaged window: its places by their names, read in the page, and commands of the running app through `axion call`. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Session, axion } from "./app.ts";
import { until } from "./webdriver.ts";

export interface Message { readonly id: string; readonly role: string; readonly content: string; readonly state?: string }
const CALL_MS = 30_000;
const run = promisify(execFile);

/** A command for the app that holds this home, as a script of the person would give it. */
export const call = async <T>(app: Session, command: string, params: object = {}): Promise<T> => {
  const { stdout } = await run(axion, ["call", command, JSON.stringify(params), "--home", join(app.home, "axion")], { maxBuffer: 64 << 20, timeout: CALL_MS, killSignal: "SIGKILL" });
  return JSON.parse(stdout === "" ? "null" : stdout) as T;
};

export const TALK = '[role="region"][aria-label="What was said"]';
const COMPOSER = "textarea[data-composer]";

/** What the talk says at this moment; empty while there is none. */
export const talk = (app: Session): Promise<string> => app.page.run<string>(`return document.querySelector(arguments[0])?.innerText ?? "";`, TALK);

/** Until the talk says this. */
export const hears = (app: Session, words: RegExp, limit?: number): Promise<string> => {
  let last = "";
  return until(`the talk to say ${words}`, async () => {
    last = await talk(app);
    return words.test(last) ? last : Promise.reject(new Error(`it says: ${last.slice(-400)}`));
  }, limit);
};

/** Until the page, anywhere, says this. */
export const sees = (app: Session, words: RegExp): Promise<boolean> =>
  until(`the page to say ${words}`, async () => words.test(await app.page.run<string>(`return document.body.innerText;`)) || Promise.reject(new Error("it does not")));

/** Writes and presses keys; does not wait for the answer. */
export const say = async (app: Session, text: string, keys = "Enter"): Promise<void> => {
  await app.page.type(COMPOSER, text);
  await until("the words in the composer", () => app.page.run<boolean>(`return document.querySelector(arguments[0]).value === arguments[1];`, COMPOSER, text));
  await app.page.keys(keys);
  await until("the message to be taken", () => app.page.run<boolean>(`return document.querySelector(arguments[0]).value === "";`, COMPOSER));
};

export const working = (app: Session): Promise<boolean> =>
  app.page.run<boolean>(`return [...document.querySelectorAll("main button")].some((each) => /^Stop ?(Esc)?$/.test((each.getAttribute("aria-label") ?? each.textContent ?? "").trim().replace(/\\s+/g, " ")));`);

export const settled = (app: Session, limit?: number): Promise<boolean> => until("the turn to end", async () => !(await working(app)), limit);

export const messages = (app: Session, sessionId: string): Promise<Message[]> => call<Message[]>(app, "get_messages", { sessionId });

/** The numbered paragraphs of the demo agent's long answer. */
export const numbersIn = (text: string): number[] => [...text.matchAll(/\*\*(\d+)\.\*\*/g)].map(([, number]) => Number(number));

/** The only chat of this home. */
export const onlySession = async (app: Session): Promise<string> => {
  const sessions = await call<{ readonly id: string }[]>(app, "list_sessions");
  assert.equal(sessions.length, 1);
  return sessions[0]?.id ?? "";
};
