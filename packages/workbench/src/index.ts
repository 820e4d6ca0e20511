// @axion/workbench: one React application for the desktop window and the browser tab. A shell gives it an element and a gateway
// adapter; everything else is in here.

export { mountWorkbench } from './mount.tsx';
