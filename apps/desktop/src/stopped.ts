/**
 * The page of a window that opens instead of the workbench when Axion cannot start, for example because another instance holds the home.
 * The shell puts what there is to say under `__AXION_STOPPED__` before the page loads. No gateway: this window may call nothing.
 */
import "./stopped.css";

interface Stopped {
  readonly heading: string;
  readonly message: string;
  readonly hint: string | null;
}

const told = (globalThis as { readonly __AXION_STOPPED__?: Stopped }).__AXION_STOPPED__;
const put = (id: string, text: string | null | undefined): void => {
  const element = document.getElementById(id);
  if (element !== null) element.textContent = text ?? "";
};
if (told !== undefined) put("heading", told.heading);
put("message", told?.message);
put("hint", told?.hint);
