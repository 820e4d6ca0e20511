// Images that were pasted or dropped, as Core takes them. What it would refuse is refused here, with the reason.

import type { ImagePart } from '@axion/protocol';

export const imageTypes = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'] as const;
/** The base64 of it must fit into 12,000,000 letters. */
export const mostImageBytes = 8_900_000;

export function imageTypeOf(file: File): ImagePart['mediaType'] | null {
  return imageTypes.find((type) => type === file.type) ?? null;
}

export async function base64Of(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = '';
  // In pieces: an argument list has a limit.
  for (let at = 0; at < bytes.length; at += 32_768) binary += String.fromCharCode(...bytes.subarray(at, at + 32_768));
  return btoa(binary);
}
