// Words of the canvas; kept by the room that draws it.

export const canvas = {} as const;
