/** JSON-RPC 2.0 as `axion serve` speaks it: what one text frame from Core can be. */
export type Frame =
  | { readonly kind: "result"; readonly id: number; readonly result: unknown }
  | { readonly kind: "error"; readonly id: number | undefined; readonly error: unknown }
  | { readonly kind: "push"; readonly params: unknown };

/** Undefined for anything else; the other side may be newer, so this is no reason to end the connection. */
export const readFrame = (text: unknown): Frame | undefined => {
  if (typeof text !== "string") return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  if ("method" in value) return value.method === "events" && "params" in value ? { kind: "push", params: value.params } : undefined;
  const id = "id" in value && typeof value.id === "number" ? value.id : undefined;
  if ("error" in value) return { kind: "error", id, error: errorInfoOf(value.error) };
  return id !== undefined && "result" in value ? { kind: "result", id, result: value.result } : undefined;
};

/** The protocol's ErrorInfo travels in `data`; the number in `code` is JSON-RPC's own. */
const errorInfoOf = (error: unknown): unknown => {
  if (typeof error !== "object" || error === null) return error;
  if ("data" in error && typeof error.data === "object" && error.data !== null) return error.data;
  const message = "message" in error && typeof error.message === "string" ? error.message : "Core refused the request.";
  return { code: "internal", message };
};

export const requestFrame = (id: number, method: string, params: unknown): string => JSON.stringify({ jsonrpc: "2.0", id, method, params });
