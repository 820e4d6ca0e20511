/**
 * Which window of Axion this tab is, for what it remembers of its looks: the first tab is `browser`, the next one beside it `browser-2`, and so on.
 * A tab holds its name by a lock of the browser for as long as it lives, so that two tabs never write over each other, and a tab that is opened
 * after all were closed goes on as the first. A new tab beside others starts as the first one looks.
 */

export interface TabPlace {
  /** Absent where the page is not trusted with locks. */
  readonly locks: Pick<LockManager, "request"> | undefined;
  readonly storage: Pick<Storage, "getItem" | "setItem">;
}

export interface TabName {
  readonly windowId: string;
  /** Whose look a new tab starts with. */
  readonly startsAs?: string;
}

const FIRST = "browser";
const MOST_TABS = 32;
/** A tab that is loaded again gets its own name back as soon as the page before it is gone. */
const OWN_MS = 500;
const storageKey = "axion.tab";
const named = (number: number): string => (number === 1 ? FIRST : `${FIRST}-${number}`);

/** Resolves with whether the name is held; it is held until the page goes. */
const hold = (locks: Pick<LockManager, "request">, name: string, options: LockOptions): Promise<boolean> =>
  new Promise((resolve) => {
    locks
      .request(`axion.${name}`, options, (lock) => {
        resolve(lock !== null);
        return lock === null ? undefined : new Promise<never>(() => undefined);
      })
      .catch(() => resolve(false));
  });

export const nameTab = async ({ locks, storage }: TabPlace): Promise<TabName> => {
  if (locks === undefined) return { windowId: FIRST };
  const own = attempt(() => storage.getItem(storageKey));
  if (own !== null && /^browser(-\d{1,2})?$/.test(own) && (await hold(locks, own, { signal: AbortSignal.timeout(OWN_MS) }))) return { windowId: own };
  for (let number = 1; number <= MOST_TABS; number += 1) {
    const windowId = named(number);
    if (!(await hold(locks, windowId, { ifAvailable: true }))) continue;
    attempt(() => storage.setItem(storageKey, windowId));
    return number === 1 ? { windowId } : { windowId, startsAs: FIRST };
  }
  return { windowId: FIRST };
};

const attempt = <T>(use: () => T): T | null => {
  try {
    return use();
  } catch {
    // Storage is forbidden: the name lives as long as the page.
    return null;
  }
};
