/** The id of a node's element, for `aria-activedescendant`. Node ids are letters, digits, `_` and `-`, so they are safe in one. */
export const domIdOf = (canvas: string, node: string): string => `${canvas}-node-${node}`;
