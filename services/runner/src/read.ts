/** Reading what the host sends: the checks that all methods share. Values come from another process and are not believed. */
import type { ErrorInfo } from "@axion/protocol";
import { INVALID_PARAMS, RpcFailure } from "./peer.ts";

const idShape = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
/** Application errors, apart from those of JSON-RPC itself. */
const REFUSED = -32000;

export const refuse = (info: ErrorInfo) => new RpcFailure(REFUSED, info.message, info);
export const invalid = (what: string) => new RpcFailure(INVALID_PARAMS, what);

export const record = (params: unknown): Readonly<Record<string, unknown>> => {
  if (typeof params !== "object" || params === null || Array.isArray(params)) throw invalid("params must be an object");
  return params as Readonly<Record<string, unknown>>;
};
export const idOf = (params: Readonly<Record<string, unknown>>, key: string): string => {
  const value = params[key];
  if (typeof value !== "string" || !idShape.test(value)) throw invalid(`${key} is not an identifier`);
  return value;
};
