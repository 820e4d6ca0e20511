// Which folder a person means by what they typed into the folder picker: a path, or a name or path in the folder that is shown. Pure; whether
// there is such a folder is for Core to say.

import type { FolderListing } from '@axion/protocol';

/** A path from the root, a drive, a share or the home folder. */
export function looksLikePath(typed: string): boolean {
  return /^([/\\]|~($|[/\\])|[A-Za-z]:[/\\])/.test(typed.trim());
}

/** `active` is the folder that the list would open. Null: the one that is shown. */
export function typedFolder(listing: FolderListing, typed: string, active: string | null): string | null {
  const wanted = typed.trim();
  if (wanted === '') return null;
  if (looksLikePath(wanted)) return wanted;
  const named = listing.folders.find((folder) => folder.name === wanted) ?? listing.folders.find((folder) => folder.name.toLowerCase() === wanted.toLowerCase());
  if (named !== undefined) return named.path;
  return listing.folders.find((folder) => folder.path === active)?.path ?? join(listing.path, wanted);
}

/** A path below another one, by the separator that the other one uses. */
export function join(folder: string, below: string): string {
  const separator = /^[A-Za-z]:\\|^\\\\/.test(folder) ? '\\' : '/';
  return `${folder.replace(/[/\\]$/, '')}${separator}${below}`;
}

/** The name at the end of a path, or the path where it has none. */
export function nameOf(path: string): string {
  return path.split(/[/\\]/).findLast((part) => part !== '') ?? path;
}
