/**
 * A small client of the W3C WebDriver protocol, enough for the desktop journeys: WebKitWebDriver starts the packaged
 * binary itself, so no hook is needed in it. Not here: waiting policy beyond `until`, several sessions, other browsers.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
export type ElementRef = { readonly [ELEMENT]: string };

export class WebDriverError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}

/** The keys that are no letters, as WebDriver names them. */
const KEYS: Readonly<Record<string, string>> = { Enter: "\uE007", Escape: "\uE00C", Control: "\uE009", Alt: "\uE00A", Shift: "\uE008", Tab: "\uE004", End: "\uE010" };

/** A session begins with the app's start; everything else is answered sooner. */
const REQUEST_MS = 60_000;

/** An app that was killed does not answer the end of its session. */
const FAREWELL_MS = 5_000;

const request = async (url: string, method: string, body?: unknown, limitMs = REQUEST_MS): Promise<unknown> => {
  const reply = await fetch(url, {
    method,
    signal: AbortSignal.timeout(limitMs),
    headers: { "content-type": "application/json; charset=utf-8" },
    ...(method === "POST" ? { body: JSON.stringify(body ?? {}) } : {}),
  }).catch((error: unknown) => {
    throw new Error(`the driver did not answer ${method} ${new URL(url).pathname}: ${String(error)}`);
  });
  const { value } = (await reply.json()) as { value: unknown };
  if (!reply.ok) {
    const { error, message } = value as { error: string; message: string };
    throw new WebDriverError(error, message);
  }
  return value;
};

/** The driver answers the end of a session before it has ended the app, so both are killed: what lives on keeps the tests from ending. */
const killGroup = (driver: ChildProcess): void => {
  if (driver.pid === undefined) return;
  try {
    process.kill(-driver.pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
};

/** One session with one window of the desktop app. */
export class Desktop {
  readonly #driver: ChildProcess;
  readonly #base: string;
  readonly #log: readonly string[];

  private constructor(driver: ChildProcess, base: string, log: readonly string[]) {
    this.#driver = driver;
    this.#base = base;
    this.#log = log;
  }

  /** What driver and app have written to stderr so far, by lines; the app's own log is part of it. */
  log(): readonly string[] {
    return this.#log;
  }

  /** Starts the driver and, through it, `binary` with `env`. Needs a display and a D-Bus session. */
  static async open(binary: string, env: Record<string, string>, port: number): Promise<Desktop> {
    const driver = spawn("WebKitWebDriver", [`--port=${port}`], {
      env: { ...process.env, ...env, TAURI_WEBVIEW_AUTOMATION: "true" },
      stdio: ["ignore", "ignore", "pipe"],
      detached: true,
    });
    const log: string[] = [];
    createInterface({ input: driver.stderr }).on("line", (line) => {
      log.push(line);
      process.stderr.write(`${line}\n`);
    });
    const root = `http://127.0.0.1:${port}`;
    try {
      await until("the driver to answer", async () => {
        const status = (await request(`${root}/status`, "GET")) as { ready: boolean };
        return status.ready;
      });
      const session = (await request(`${root}/session`, "POST", {
        capabilities: { alwaysMatch: { "webkitgtk:browserOptions": { binary, args: [] } } },
      })) as { sessionId: string };
      return new Desktop(driver, `${root}/session/${session.sessionId}`, log);
    } catch (error) {
      killGroup(driver);
      throw error;
    }
  }

  /** Runs a script body in the page; `arguments` holds `args`. A returned promise is awaited. */
  run<T>(body: string, ...args: unknown[]): Promise<T> {
    const script = `const done = arguments[arguments.length - 1]; const args = [...arguments].slice(0, -1);
      (async function () { ${body} }).apply(null, args).then((value) => done({ value }), (error) => done({ error: String(error?.message ?? JSON.stringify(error)) }));`;
    return request(`${this.#base}/execute/async`, "POST", { script, args }).then((reply) => {
      const { value, error } = reply as { value: T; error?: string };
      if (error !== undefined) throw new Error(error);
      return value;
    });
  }

  find(css: string): Promise<ElementRef> {
    return request(`${this.#base}/element`, "POST", { using: "css selector", value: css }) as Promise<ElementRef>;
  }

  /** Waits for an element and clicks it as a person would. */
  async click(css: string): Promise<void> {
    const element = await until(`${css} to be there`, () => this.find(css));
    await request(`${this.#base}/element/${element[ELEMENT]}/click`, "POST");
  }

  /** Clicks the button, link or menu item with this accessible name. */
  press(name: string): Promise<void> {
    return this.#pressNamed(name, false);
  }

  /** The same for a name that goes on, for example with a description. */
  pressStarting(name: string): Promise<void> {
    return this.#pressNamed(name, true);
  }

  async #pressNamed(name: string, starting: boolean): Promise<void> {
    const mark = `press-${Math.random().toString(36).slice(2)}`;
    await until(`a control named “${name}”`, () =>
      this.run<boolean>(
        `const [name, mark, starting] = arguments;
         const named = (e) => (e.getAttribute('aria-label') ?? e.textContent ?? '').trim().replace(/\\s+/g, ' ');
         const layer = document.querySelector('[role=dialog]') ?? document; // a person reaches nothing under a dialog
         const found = [...layer.querySelectorAll('button, a[href], [role=menuitem], [role=button], [role=tab], [role=option]')]
           .find((e) => (starting ? named(e).startsWith(name) : named(e) === name) && !e.disabled && e.getClientRects().length > 0);
         if (!found) return false; found.setAttribute('data-e2e-mark', mark); return true;`, name, mark, starting));
    await this.click(`[data-e2e-mark="${mark}"]`);
  }

  async type(css: string, text: string): Promise<void> {
    const element = await until(`${css} to be there`, () => this.find(css));
    await request(`${this.#base}/element/${element[ELEMENT]}/clear`, "POST");
    await request(`${this.#base}/element/${element[ELEMENT]}/value`, "POST", { text });
  }

  /** Presses keys together and lets them go, as `Control+Enter`; what has the focus hears them. */
  async keys(chord: string): Promise<void> {
    const down = chord.split("+").map((name) => KEYS[name] ?? name);
    const actions = [...down.map((value) => ({ type: "keyDown", value })), ...down.toReversed().map((value) => ({ type: "keyUp", value }))];
    await request(`${this.#base}/actions`, "POST", { actions: [{ type: "key", id: "keyboard", actions }] });
  }

  /** WebKit answers with the page's next frame, and a page that stands still, painted without Mesa, has none: something unseen changes meanwhile. */
  async screenshot(): Promise<Buffer> {
    await this.run(`let odd = false; window.__frames = setInterval(() => { document.body.style.outline = (odd = !odd) ? "1px solid transparent" : ""; }, 20);`);
    const picture = (await request(`${this.#base}/screenshot`, "GET")) as string;
    await this.run(`clearInterval(window.__frames); document.body.style.outline = "";`);
    return Buffer.from(picture, "base64");
  }

  /** Ends the session, and with it the app. */
  async close(): Promise<void> {
    await request(this.#base, "DELETE", undefined, FAREWELL_MS).catch(() => undefined);
    killGroup(this.#driver);
  }
}

/** Tries `probe` until it gives something, for at most `limitMs`; the last failure is part of the message. */
export const until = async <T>(what: string, probe: () => Promise<T>, limitMs = 20_000): Promise<T> => {
  const end = Date.now() + limitMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await probe();
      if (value !== false && value !== null && value !== undefined) return value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`waited ${limitMs} ms for ${what}${last ? `: ${String(last)}` : ""}`);
    await delay(40);
  }
};
