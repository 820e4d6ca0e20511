/** Starts the packaged app for a journey: the release binary, a home of its own, one WebDriver session. */
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Desktop, until } from "./webdriver.ts";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const target = process.env["CARGO_TARGET_DIR"] ?? join(root, "target");
/** The command line beside it. */
export const axion = process.env["AXION_BIN"] ?? join(target, "debug", "axion");
export const binary = process.env["AXION_DESKTOP"] ?? join(target, "release", "axion-desktop");

export interface Session {
  readonly page: Desktop;
  readonly home: string;
  /** Ends the app; the home goes too unless it is kept for another start. */
  close(keep?: boolean): Promise<void>;
  /** Saves a picture under e2e/pictures (not committed), to be looked at. */
  picture(name: string): Promise<void>;
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });

/** Opens the app on `home` (a new one if absent) and waits until the workbench is there. */
export const openApp = async (home = mkdtempSync(join(tmpdir(), "axion-desktop-"))): Promise<Session> => {
  const page = await Desktop.open(binary, { AXION_HOME: join(home, "axion"), HOME: home }, await freePort());
  try {
    await until("the workbench", () => page.find("main"));
  } catch (error) {
    // What is left open would keep the whole file of tests from ending.
    await page.close();
    throw error;
  }
  return {
    page,
    home,
    close: async (keep = false) => {
      await page.close();
      if (!keep) rmSync(home, { recursive: true, force: true });
    },
    picture: async (name) => {
      const folder = join(root, "e2e", "pictures");
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `${name}.png`), await page.screenshot());
    },
  };
};
