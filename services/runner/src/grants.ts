/** The folders this runner was given, from its environment. Whatever is not a well-formed list of grants is refused whole. */
export interface Grant {
  readonly slot: string;
  /** As seen in the jail. */
  readonly path: string;
  readonly access: "ro" | "rw";
}

const isGrant = (value: unknown): value is Grant => {
  if (typeof value !== "object" || value === null) return false;
  const { slot, path, access } = value as Record<string, unknown>;
  return typeof slot === "string" && typeof path === "string" && path.startsWith("/") && (access === "ro" || access === "rw");
};

/** Reads `AXION_GRANTS`; throws if it is not what Core writes. */
export const readGrants = (text: string | undefined): ReadonlyMap<string, Grant> => {
  const list: unknown = JSON.parse(text ?? "[]");
  if (!Array.isArray(list) || !list.every(isGrant)) throw new Error("AXION_GRANTS is not a list of grants");
  return new Map(list.map((grant: Grant) => [grant.slot, { slot: grant.slot, path: grant.path, access: grant.access }]));
};
