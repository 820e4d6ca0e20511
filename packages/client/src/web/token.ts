/**
 * The token of `axion serve`: comes once in the address after `#` (so it is never sent to a server or written to a log), is
 * kept for this tab, and is taken out of the address bar and the history at once.
 */
const storageKey = "axion.token";

export interface TokenPlace {
  readonly location: Pick<Location, "hash" | "pathname" | "search">;
  readonly history: Pick<History, "replaceState">;
  readonly storage: Pick<Storage, "getItem" | "setItem">;
}

export const takeToken = ({ location, history, storage }: TokenPlace): string | undefined => {
  const fromAddress = new URLSearchParams(location.hash.replace(/^#/, "")).get("token");
  if (fromAddress !== null && fromAddress !== "") {
    history.replaceState(null, "", location.pathname + location.search);
    try {
      storage.setItem(storageKey, fromAddress);
    } catch {
      // Storage is forbidden: the token lives as long as the page.
    }
    return fromAddress;
  }
  try {
    return storage.getItem(storageKey) ?? undefined;
  } catch {
    return undefined;
  }
};
