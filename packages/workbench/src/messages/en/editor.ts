// Words of the editor; kept by the room that draws it.

export const editor = {} as const;
