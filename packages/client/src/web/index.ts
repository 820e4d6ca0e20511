/** @axion/client/web: the gateway in a browser tab, over the WebSocket of `axion serve`. The only place that knows WebSocket. */
import type { GatewayAdapter } from "../gateway/adapter.ts";
import { makeGateway } from "../gateway/gateway.ts";
import { connectWeb } from "./connection.ts";
import { nameTab } from "./tab.ts";
import { takeToken } from "./token.ts";

export { type ConnectionOptions, connectWeb } from "./connection.ts";

const after = (ms: number, run: () => void): (() => void) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

export const createWebGateway = async (): Promise<GatewayAdapter> => {
  // Before anything is waited for: it takes the token out of the address.
  const token = takeToken({ location: window.location, history: window.history, storage: window.sessionStorage });
  // A page that is not served from this machine has no locks, whatever the types say.
  const locks = window.isSecureContext ? navigator.locks : undefined;
  const tab = await nameTab({ locks, storage: window.sessionStorage });
  const address = new URL("/rpc", window.location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  const transport = connectWeb({
    open: () => new WebSocket(address),
    token,
    client: "browser",
    now: () => Date.now(),
    random: () => Math.random(),
    after,
    patienceMs: 10_000,
    helloMs: 10_000,
  });
  // Back from sleep or with a network again: no reason to sit out the wait.
  const wake = () => transport.reconnect();
  window.addEventListener("online", wake);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) wake();
  });
  // The new address of an Axion that was started anew, opened in this same tab, changes only the fragment: begin again with its token.
  window.addEventListener("hashchange", () => {
    if (new URLSearchParams(window.location.hash.replace(/^#/, "")).has("token")) window.location.reload();
  });
  return makeGateway(transport, {
    kind: "web", capabilities: { window: false, shell: "serve" }, window: undefined, ...tab, after, watchdogMs: 0,
  });
};
