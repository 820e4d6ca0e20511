/** Relative paths inside a granted folder: the check that needs no file system. The file port checks again on real files. */

/** The path with single `/` between names, or why it is refused. The empty path is the folder itself. */
export const relativePath = (text: string): { readonly path: string } | { readonly problem: string } => {
  const shown = text.length > 80 ? `${text.slice(0, 79)}…` : text;
  if (text.includes("\0")) return { problem: "A path cannot hold a zero character." };
  if (text.length > 2000) return { problem: "This path is too long." };
  if (/^([\\/]|[A-Za-z]:)/.test(text)) return { problem: `"${shown}" is an absolute path. Paths are relative to the folder of the slot.` };
  const names = text.split(/[\\/]+/).filter((name) => name !== "" && name !== ".");
  if (names.includes("..")) return { problem: `"${shown}" leaves the folder with "..".` };
  return { path: names.join("/") };
};
