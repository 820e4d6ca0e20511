// Before the first paint: the theme and density that this window had last time (kept by the workbench under `axion.look`), so that a dark
// window does not flash white. A plain script that the parser waits for; the workbench itself loads beside it.

(() => {
  const media = (query) => window.matchMedia(query).matches;
  let kept = [];
  try { kept = (window.localStorage.getItem("axion.look") || "").split(" "); } catch { /* storage is switched off: the system's look it is */ }
  const root = document.documentElement.dataset;
  root.theme = kept[0] === "dark" || kept[0] === "light" ? kept[0] : media("(prefers-color-scheme: dark)") ? "dark" : "light";
  root.density = kept[1] === "touch" || kept[1] === "compact" ? kept[1] : media("(pointer: coarse)") ? "touch" : "compact";
})();
