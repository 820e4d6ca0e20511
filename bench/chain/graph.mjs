/** The chain: a constant, so many minus one Map nodes, an output. */
export const chain = (length) => ({
  axion: 1, id: `chain-${length}`, name: `Chain of ${length}`, slots: [],
  nodes: [
    { id: "n0", kind: "constant", name: "n0", config: { value: 1 } },
    ...Array.from({ length: length - 1 }, (_, index) => ({ id: `n${index + 1}`, kind: "map", name: `n${index + 1}`, config: { expression: "value + 3" } })),
    { id: "out", kind: "output", name: "out", config: {} },
  ],
  edges: Array.from({ length }, (_, index) => ({ id: `e${index}`, from: { node: `n${index}`, port: "value" }, to: { node: index === length - 1 ? "out" : `n${index + 1}`, port: "value" } })),
});
export const expected = (length) => 1 + 3 * (length - 1);
