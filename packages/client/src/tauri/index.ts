/**
 * @axion/client/tauri: the gateway in the desktop app. Each command is a Tauri command of the same name, its parameters are the
 * arguments; what Core sends comes as the event `gateway-event`. The only place that imports @tauri-apps/*.
 *
 * WebKit may drop a message under load (wry ignores failed script evaluations), so the streams have a watchdog.
 */
import type { CommandName } from "@axion/protocol";
import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import { getCurrentWindow } from "@tauri-apps/api/window";
import type { ConnectionStatus, GatewayAdapter, WindowControls } from "../gateway/adapter.ts";
import { decodeRefusal } from "../gateway/decode.ts";
import { Disconnected } from "../gateway/errors.ts";
import { makeGateway, type Transport } from "../gateway/gateway.ts";
import { makeCell } from "../gateway/observable.ts";

const watchdogMs = 5_000;
const notConnected = "The window could not reach the application behind it. Close it and open it again.";

const after = (ms: number, run: () => void): (() => void) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

const windowControls = (): WindowControls => {
  const current = getCurrentWindow();
  return {
    show: () => current.show(),
    minimise: () => current.minimize(),
    toggleMaximise: () => current.toggleMaximize(),
    isMaximised: () => current.isMaximized(),
    close: () => current.close(),
    startDragging: () => current.startDragging(),
    onResized: (listener) => current.onResized(() => listener()),
  };
};

const connectTauri = (): Transport => {
  const status = makeCell<ConnectionStatus>({ state: "connecting", attempt: 0 });
  let onPush: (message: unknown) => void = () => undefined;
  let unlisten: (() => void) | undefined;
  /** Nothing may be sent before the listener is there: the first events of a stream would be lost. */
  let listening = Promise.resolve(false);
  const start = () => {
    status.set({ state: "connecting", attempt: 0 });
    listening = listen<unknown>("gateway-event", (event) => onPush(event.payload)).then(
      (stop) => {
        unlisten = stop;
        status.set({ state: "ready" });
        return true;
      },
      () => {
        status.set({ state: "offline", cause: "refused", reason: notConnected });
        return false;
      },
    );
  };
  start();
  return {
    status,
    onPush: (listener) => {
      onPush = listener;
    },
    send: async (command, params) => {
      if (!(await listening)) throw new Disconnected({ command, reason: notConnected, sent: false });
      // Arguments by name; the protocol's parameters are always an object.
      return invoke<unknown>(command, { ...(params as Record<string, unknown>) }).catch((error: unknown) => {
        throw decodeRefusal(command satisfies CommandName, error);
      });
    },
    reconnect: () => {
      if (status.get().state === "offline") start();
    },
    close: () => {
      unlisten?.();
      status.set({ state: "offline", cause: "closed", reason: "This window was closed." });
    },
  };
};

export const createTauriGateway = (): GatewayAdapter =>
  makeGateway(connectTauri(), {
    kind: "tauri", capabilities: { window: true, shell: "desktop" }, window: windowControls(), windowId: getCurrentWindow().label, after, watchdogMs,
  });
