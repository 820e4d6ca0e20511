/**
 * What is put into each measured page, Axion's and the naive one, in Chromium and WebKit: it says when a text was painted and how long frames took.
 * A change that a MutationObserver reports is on screen after the rendering of the frame that it happened in, or of the next one; a message posted from
 * an animation frame arrives after that frame was rendered.
 */
import { TOKEN } from "./tokens.mjs";

/** Runs in the page; must not use anything from outside. */
function observe(pattern) {
  if (window.__bench !== undefined) return;
  const channel = new MessageChannel();
  let waiting = [];
  let flying = [];
  let inFrame = false;
  let frames = null;
  let begun = 0;
  channel.port1.onmessage = () => {
    inFrame = false;
    const now = Date.now();
    if (frames !== null) frames.busy.push(performance.now() - begun);
    const done = flying;
    flying = [];
    for (const run of done) run(now);
  };
  let last = 0;
  const loop = (at) => {
    inFrame = true;
    begun = performance.now();
    flying = flying.concat(waiting);
    waiting = [];
    if (frames !== null && last > 0) frames.intervals.push(at - last);
    last = at;
    channel.port2.postMessage(0);
    requestAnimationFrame(loop);
  };
  requestAnimationFrame(loop);
  /** Calls back with the time when what is in the document now was painted. */
  const painted = (run) => void (inFrame ? flying : waiting).push(run);

  let steps = [];
  let newest = -1;
  let stop = () => undefined;
  const look = (css) => {
    const all = document.querySelectorAll(css);
    const growing = all[all.length - 1];
    if (growing === undefined) return;
    const blocks = growing.children;
    let text = "";
    for (let at = Math.max(0, blocks.length - 2); at < blocks.length; at += 1) text += blocks[at].textContent;
    let found = -1;
    for (const [, n] of text.matchAll(new RegExp(pattern, "g"))) found = Math.max(found, Number(n));
    if (found <= newest) return;
    newest = found;
    const kept = steps;
    if (kept !== null) painted((now) => kept.push([found, now]));
  };
  window.__bench = {
    /** Tokens under the last element that fits `css`; `root` is there from the beginning. Without `keep` only the newest is known: what is kept is memory too. */
    begin: (root, css, keep = true) => {
      stop();
      steps = keep ? [] : null;
      newest = -1;
      frames = keep ? { intervals: [], busy: [] } : null;
      const observer = new MutationObserver(() => look(css));
      observer.observe(document.querySelector(root), { subtree: true, childList: true, characterData: true });
      stop = () => observer.disconnect();
    },
    newest: () => newest,
    end: () => {
      stop();
      const result = { steps: steps ?? [], intervals: frames?.intervals ?? [], busy: frames?.busy ?? [] };
      frames = null;
      return result;
    },
    /** Clicks, and says how long it took until `words` stood in the view below `css`. */
    open: (button, css, words) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`“${words}” was not shown in 20 s`)), 20_000);
        const shown = () => {
          const place = document.querySelector(css);
          if (place === null || !place.textContent.includes(words)) return false;
          const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            if (!walker.currentNode.data.includes(words)) continue;
            const box = walker.currentNode.parentElement.getBoundingClientRect();
            const view = place.getBoundingClientRect();
            if (box.height > 0 && box.bottom > view.top && box.top < view.bottom) return true;
          }
          return false;
        };
        const start = performance.now();
        let over = false;
        const check = () => {
          if (over || !shown()) return;
          over = true;
          clearTimeout(late);
          observer.disconnect();
          painted(() => resolve(performance.now() - start));
        };
        const observer = new MutationObserver(check);
        // Scrolling into view changes no node.
        document.addEventListener("scroll", check, { capture: true, passive: true });
        observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["style"] });
        document.querySelector(button).click();
        check();
      }),
  };
}

/** The script, as text. */
export const observer = `(${observe.toString()})(${JSON.stringify(TOKEN.source)});`;
