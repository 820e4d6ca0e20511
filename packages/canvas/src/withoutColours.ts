/**
 * Stands in for `d3-color`, which React Flow's zoom brings along through `d3-interpolate` and never calls. The original assigns
 * `prototype.constructor` when it is loaded; with a frozen `Object.prototype`, as the desktop window has, that throws before the
 * first node is drawn. Bundlers are told to use this file by `frozenPrototype.ts`.
 */
const none = (): never => {
  throw new Error('Colours are not interpolated here.');
};
/** What a text is as a colour: never one. A function with a prototype, because it is used with `instanceof`. */
export function color(): null {
  return null;
}
export function rgb(): never {
  return none();
}
export function hsl(): never {
  return none();
}
export function lab(): never {
  return none();
}
export function hcl(): never {
  return none();
}
export function cubehelix(): never {
  return none();
}
