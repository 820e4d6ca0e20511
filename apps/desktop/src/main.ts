/** Entry of the desktop window: the gateway over Tauri's IPC, and the workbench on it. The window is shown when there is something to see. */
import { createTauriGateway } from "@axion/client/tauri";
import { mountWorkbench } from "@axion/workbench";
import "@axion/workbench/workbench.css";

const root = document.getElementById("root");
if (root !== null) {
  const gateway = createTauriGateway();
  // A hidden window paints no frames, so the first content is awaited, not a frame. The shell shows the window by itself if this never comes.
  const content = new MutationObserver(() => {
    content.disconnect();
    void gateway.window?.show();
  });
  content.observe(root, { childList: true });
  mountWorkbench(root, gateway);
}
