/**
 * A person at a browser: a fresh home, a real `axion serve`, Chromium, and a page whose every console error is a defect. Waiting is
 * for something to be there, never for time to pass.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach } from "node:test";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from "playwright-core";
import { binary, freshFolder, type Serve, startServe, within } from "./serve.ts";

/** `AXION_CHROMIUM`: another one than Debian's. */
const executablePath = process.env["AXION_CHROMIUM"] ?? "/usr/bin/chromium";
/** Pictures for looking at; ignored by git. */
const shots = fileURLToPath(new URL("../../shots", import.meta.url));
export const patience = Number(process.env["AXION_PATIENCE_MS"] ?? 20_000);
const CLOSE_MS = 20_000;
const CALL_MS = 30_000;
const SPOKEN_MS = 5_000;

export interface Journey {
  readonly home: string;
  /** An empty folder that graphs may be given. */
  readonly work: string;
  serve(): Serve;
  page(): Page;
  /** Console errors and exceptions of the page since the last call. */
  problems(): string[];
  /** Leaves the page and opens the address again, as after closing the tab. */
  reopen(): Promise<void>;
  /** Ends Core as a power cut would. The page stays open and sees it go. */
  killServe(): Promise<void>;
  startAgain(): Promise<void>;
  /** Any protocol command, through the command line and the running instance. */
  call<T>(command: string, params?: object): Promise<T>;
  picture(name: string): Promise<void>;
  close(): Promise<void>;
}

export interface JourneyOptions {
  readonly theme?: "light" | "dark";
  readonly width?: number;
  readonly height?: number;
}

export const startJourney = async (options: JourneyOptions = {}): Promise<Journey> => {
  if (!existsSync(executablePath)) throw new Error(`There is no ${executablePath}; install chromium.`);
  const folder = freshFolder();
  let serve = await startServe(folder.home);
  let browser: Browser | undefined;
  const call = <T>(command: string, params: object = {}) =>
    new Promise<T>((resolve, reject) => {
      execFile(binary, ["call", command, JSON.stringify(params), "--home", folder.home], { maxBuffer: 64 << 20, timeout: CALL_MS, killSignal: "SIGKILL" }, (error, stdout, stderr) => {
        if (error === null) resolve(JSON.parse(stdout) as T);
        else reject(new Error(`${command}: ${error.killed === true ? `no answer in ${CALL_MS / 1000} s ` : ""}${stderr}`));
      });
    });
  /** All of it, whatever of it hangs: what is left open would keep the whole file of tests from ending. */
  const close = async (): Promise<void> => {
    const results = await Promise.allSettled([
      within(CLOSE_MS, "the browser to close", browser?.close() ?? Promise.resolve()),
      serve.stop(),
    ]);
    folder.remove();
    for (const result of results) if (result.status === "rejected") throw result.reason;
  };
  let context: BrowserContext;
  let page: Page;
  let seen: string[] = [];
  const open = async (): Promise<void> => {
    if (browser === undefined) throw new Error("There is no browser.");
    context = await browser.newContext({
      viewport: { width: options.width ?? 1440, height: options.height ?? 900 }, colorScheme: options.theme ?? "light", reducedMotion: "reduce", locale: "en-GB",
      permissions: ["clipboard-read", "clipboard-write"],
    });
    page = await context.newPage();
    page.setDefaultTimeout(patience);
    await hinder(page);
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") seen.push(`${message.type()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => void seen.push(`exception: ${error.message}`));
    await page.goto(serve.url);
    await page.getByRole("contentinfo").getByText(/Axion \d/).waitFor();
  };
  try {
    // In a container Chromium's own sandbox cannot be set up by root.
    browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
    // A model server that happens to run on this machine is none of a test's business.
    await call("update_config", { key: "models.probe", value: false });
    await open();
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
  return {
    home: folder.home,
    work: folder.work,
    serve: () => serve,
    page: () => page,
    problems: () => {
      const problems = seen;
      seen = [];
      return problems;
    },
    reopen: async () => {
      await context.close();
      await open();
    },
    killServe: () => serve.kill(),
    startAgain: async () => {
      serve = await startServe(folder.home);
    },
    call,
    picture: async (name) => {
      mkdirSync(shots, { recursive: true });
      await page.screenshot({ path: join(shots, `${name}.png`) });
    },
    close,
  };
};

/**
 * `AXION_LATE_FRAMES_MS`: each animation frame comes up to so much later, as on a machine that has no time to draw. What closes, fades or takes
 * focus by frames is then seen half done, and a journey that is too quick for it fails each time instead of once in a hundred.
 */
const hinder = async (page: Page): Promise<void> => {
  const late = Number(process.env["AXION_LATE_FRAMES_MS"] ?? 0);
  if (late <= 0) return;
  await page.addInitScript((most) => {
    const real = window.requestAnimationFrame.bind(window);
    const gone = new Set<number>();
    let last = 0;
    window.requestAnimationFrame = (callback) => {
      last += 1;
      const id = last;
      setTimeout(() => !gone.delete(id) && real(callback), Math.random() * most);
      return id;
    };
    window.cancelAnimationFrame = (id) => void gone.add(id);
  }, late);
};

/** Tries until it does not throw; the last failure is the failure. */
export const eventually = async (what: string, check: () => Promise<void>, limit = patience): Promise<void> => {
  const end = Date.now() + limit;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw new Error(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
};

export const noProblems = (journey: Journey): void => assert.deepEqual(journey.problems(), []);

// Places and things of the workbench, by the names that a person hears.
export const place = (page: Page, name: "Home" | "Graphs" | "Chat" | "Runs" | "Settings"): Locator => page.getByRole("navigation", { name: "Places" }).getByRole("button", { name, exact: true });
export const toolbar = (page: Page): Locator => page.getByRole("toolbar", { name: "Graph", exact: true });
export const runPanel = (page: Page): Locator => page.getByRole("region", { name: "Run panel" });
export const canvas = (page: Page): Locator => page.locator("[data-graph-canvas]");
export const node = (page: Page, id: string): Locator => page.locator(`[data-node-id="${id}"]`);

/** The states of the nodes that are drawn, by id. */
export const statesOf = (page: Page): Promise<Record<string, string>> =>
  page.locator("[data-node-id]").evaluateAll((nodes) => Object.fromEntries(nodes.map((each) => [each.getAttribute("data-node-id") ?? "", each.getAttribute("data-state") ?? ""])));

/** The list of graphs. The place leads to the graph that was open last; from there it leads to the list. */
export const graphList = async (page: Page): Promise<Locator> => {
  const grid = page.getByRole("grid", { name: "Graphs" });
  await eventually("the list of graphs", async () => {
    await place(page, "Graphs").click();
    await grid.waitFor({ timeout: 1_000 });
  });
  return grid;
};

/** Only what is in view is drawn. */
export const fit = async (page: Page): Promise<void> => {
  await canvas(page).waitFor();
  await page.getByRole("button", { name: "Fit the graph" }).click();
};

/** Presses a button of the approval in the run panel. A card takes no answer in its first half second, so it may need a second press. */
export const answer = async (page: Page, button: RegExp): Promise<void> => {
  const panel = runPanel(page).getByRole("tabpanel", { name: /Approvals/ });
  await eventually("the answer is taken", async () => {
    const found = panel.getByRole("button", { name: button });
    if ((await found.count()) > 0) await found.click({ timeout: 1_000 });
    await found.waitFor({ state: "detached", timeout: 1_000 });
  });
};

export const openExample = async (page: Page, name: string): Promise<void> => {
  await place(page, "Home").click();
  await page.getByRole("button", { name: "See examples" }).click();
  await page.getByRole("dialog", { name: "Examples" }).getByRole("button", { name: new RegExp(`^${name}`) }).click();
  await canvas(page).waitFor();
  await page.getByRole("tab", { name: new RegExp(`^${name}`), selected: true }).waitFor();
};

/**
 * Nothing of the page is on its way any more: no layer that fades out, no animation that will end, two frames drawn. A spinner that turns for ever is
 * no reason to wait.
 */
export const still = (page: Page): Promise<void> =>
  eventually("the page is still", async () => {
    const moving = await page.evaluate(async () => {
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      const layers = [...document.querySelectorAll("[data-starting-style], [data-ending-style]")].map((each) => each.outerHTML.slice(0, 120));
      const running = document.getAnimations().filter((each) => each.playState === "running" && Number.isFinite(Number(each.effect?.getComputedTiming().endTime)));
      return [...layers, ...running.map((each) => `animation of ${(each.effect as KeyframeEffect | null)?.target?.outerHTML.slice(0, 120)}`)];
    });
    assert.deepEqual(moving, []);
  });

/** After a test that failed: a picture and the page's console beside the reason, and in the log what a screen reader would find. */
export const tellFailures = (journey: () => Journey | undefined): void => {
  afterEach(async (context) => {
    const now = journey();
    if (now === undefined || !("passed" in context) || context.passed) return;
    const name = context.fullName.replaceAll(/[^A-Za-z0-9]+/g, "-").slice(0, 80);
    const taken = await now.picture(`failed-${name}`).then(() => true, () => false);
    const spoken = await now.page().locator("body").ariaSnapshot({ timeout: SPOKEN_MS }).catch(() => "the page does not answer");
    for (const problem of now.problems()) context.diagnostic(`console ${problem}`);
    context.diagnostic(taken ? `picture: shots/failed-${name}.png` : "no picture could be taken");
    console.log(spoken.slice(0, 6_000));
  });
};
