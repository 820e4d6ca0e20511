/**
 * System packages: what is missing for a purpose, and how to get it. As root on Debian or Ubuntu they are installed;
 * elsewhere the one command to type is named.
 */
import { existsSync, readFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { Stop, has, phase, run } from "./phase.mjs";

const library = (name) => spawnSync("pkg-config", ["--exists", name], { stdio: "ignore" }).status === 0;

/** Debian package → whether it is there. */
const purposes = {
  compiler: { "build-essential": () => has("cc") },
  desktop: { "pkg-config": () => has("pkg-config"), "libwebkit2gtk-4.1-dev": () => library("webkit2gtk-4.1"), "librsvg2-dev": () => library("librsvg-2.0") },
  desktopTests: {
    "webkit2gtk-driver": () => has("WebKitWebDriver"),
    xvfb: () => has("Xvfb"),
    xauth: () => has("xauth"),
    dbus: () => has("dbus-run-session"),
    "fonts-dejavu-core": () => existsSync("/usr/share/fonts/truetype/dejavu"),
  },
  desktopBenches: { xvfb: () => has("Xvfb"), dbus: () => has("dbus-run-session"), "x11-apps": () => has("xwd") },
  browserTests: { chromium: () => has("chromium") },
  containerTests: { "docker.io": () => has("dockerd") || existsSync("/usr/sbin/dockerd") },
};

export const missing = (...names) =>
  names.flatMap((name) => Object.entries(purposes[name]).filter(([, isThere]) => !isThere()).map(([debian]) => debian));

const isDebian = () => {
  try {
    return /^(ID|ID_LIKE)=.*(debian|ubuntu)/m.test(readFileSync("/etc/os-release", "utf8"));
  } catch {
    return false;
  }
};
const isRoot = () => process.getuid?.() === 0;

/** Installs what is missing, or throws a Stop that names the command. */
export const provide = async (...names) => {
  const packages = process.platform === "linux" ? missing(...names) : [];
  if (packages.length === 0) return;
  const command = `apt-get install -y --no-install-recommends ${packages.join(" ")}`;
  if (!isDebian()) throw new Stop(`System packages are missing. On Debian they are called: ${packages.join(", ")}. Install your system's equivalents.`);
  if (!isRoot()) throw new Stop(`System packages are missing: ${packages.join(", ")}.`, `sudo ${command}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await phase(`Installing ${packages.join(", ")}`, async () => {
    await run("apt-get", ["update", "-q"], { env, quiet: true });
    await run("apt-get", command.split(" ").slice(1), { env, quiet: true });
  });
};
