/** Entry of the desktop window: the gateway over Tauri's IPC, and the workbench on it. The window is on the screen already (index.html). */
import { createTauriGateway } from "@axion/client/tauri";
import { mountWorkbench } from "@axion/workbench";
import "@axion/workbench/workbench.css";
import "./frame.css";
import { holdFailuresOnLeaving } from "./leaving.ts";

const begin = (): void => {
  const root = document.getElementById("root");
  holdFailuresOnLeaving(window);
  if (root !== null) mountWorkbench(root, createTauriGateway());
};
// An async script holds nothing up: the page is painted, and the isolation frame loads, while it is still being read.
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin, { once: true });
else begin();
