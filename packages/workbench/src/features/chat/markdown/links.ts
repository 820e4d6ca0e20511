// Which addresses of a model's text may become links, and what is shown of them. Everything else is shown as its text: a model must not
// be able to make a person click something that runs, reads a file, or hides where it goes.

export interface SafeLink {
  readonly href: string;
  /** Where it goes, for the question before it opens; an address of mail as it is. */
  readonly host: string;
}

const ALLOWED = new Set(['http:', 'https:', 'mailto:']);

export function safeLink(href: string): SafeLink | null {
  // Control characters and spaces inside of a scheme are a known way round a check.
  const text = href.trim();
  if (/[\u0000-\u0020\u007f-\u009f\u200b-\u200f\u202a-\u202e]/.test(text)) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !ALLOWED.has(url.protocol)) return null;
  // A name before the host (`https://bank.example@evil.example`) is there to be mistaken for it.
  if (url.username !== '' || url.password !== '') return null;
  return { href: url.href, host: url.protocol === 'mailto:' ? decodeURIComponentSafely(url.pathname) : url.host };
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A file named in a text: a relative path, never an address. */
export function looksLikeFile(href: string): boolean {
  return !/^[a-z][a-z0-9+.-]*:/i.test(href) && !href.startsWith('//') && !href.startsWith('#');
}
