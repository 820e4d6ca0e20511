// Joins class names, leaving out what is off. Not a merger: components put `className` last and let the stylesheet decide.

export function classNames(...parts: readonly (string | false | null | undefined)[]): string {
  let joined = '';
  for (const part of parts) {
    if (part) joined = joined === '' ? part : `${joined} ${part}`;
  }
  return joined;
}
