/** Entry of the browser tab: the gateway over WebSocket, and the workbench on it. */
import { createWebGateway } from "@axion/client/web";
import { mountWorkbench } from "@axion/workbench";
import "@axion/workbench/workbench.css";

const root = document.getElementById("root");
// The gateway first: it takes the token out of the address before anything reads the address.
if (root !== null) mountWorkbench(root, await createWebGateway());
