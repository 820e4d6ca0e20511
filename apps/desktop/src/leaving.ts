/**
 * What becomes of calls under way when the page is left, by a reload for example. WebKit then ends each of them as failed while the old page's scripts
 * still run, be it before the answer or while its body is read, and Tauri answers a failed call by sending the same sealed message again another way:
 * Core, which took it the first time, refuses the copy as a replay. So a failure after `beforeunload` is held back until the page is gone. A page that
 * stays after all (the window refuses foreign addresses) hears of it some seconds later.
 */
/** Long enough for a slow machine: the old page lives until the new one arrives. */
export const GONE_BY_MS = 10_000;

/** Must be called before the first message to Core. */
export const holdFailuresOnLeaving = (page: Pick<Window, "fetch" | "addEventListener">): void => {
  let leftAt = Number.NEGATIVE_INFINITY;
  page.addEventListener("beforeunload", () => {
    leftAt = performance.now();
  });
  const held = <T>(work: Promise<T>): Promise<T> =>
    work.catch(async (error: unknown) => {
      const left = performance.now() - leftAt;
      if (left < GONE_BY_MS) await new Promise((resolve) => setTimeout(resolve, GONE_BY_MS - left));
      throw error;
    });
  const send = page.fetch.bind(page);
  page.fetch = async (...request) => {
    const response = await held(send(...request));
    const [json, text, arrayBuffer] = [response.json.bind(response), response.text.bind(response), response.arrayBuffer.bind(response)];
    return Object.assign(response, { json: () => held(json()), text: () => held(text()), arrayBuffer: () => held(arrayBuffer()) });
  };
};
