// The name of a provider in the configuration and in ids of models, made of what the person called it. Pure.

export function idFrom(title: string, taken: readonly string[]): string {
  const plain = title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-+|-+$/g, '').slice(0, 40);
  const base = plain === '' || plain === 'demo' ? 'provider' : plain;
  if (!taken.includes(base)) return base;
  let number = 2;
  while (taken.includes(`${base}-${number}`)) number += 1;
  return `${base}-${number}`;
}
