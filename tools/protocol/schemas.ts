/** Every named schema of the protocol, those inside others and inside commands too, so that tests can sample and decode by name. */
import { Schema, type SchemaAST } from "effect";
import { commands, modules } from "@axion/protocol";

type Plain = Schema.Codec<unknown>;

const nameOf = (ast: SchemaAST.AST): string | undefined => {
  const last = ast.checks?.at(-1);
  const name: unknown = (last === undefined ? ast.annotations : last.annotations)?.["identifier"];
  return typeof name === "string" && /^[A-Z]/.test(name) ? name : undefined;
};

const childrenOf = (ast: SchemaAST.AST): ReadonlyArray<SchemaAST.AST> => {
  switch (ast._tag) {
    case "Objects": return [...ast.propertySignatures.map((property) => property.type), ...ast.indexSignatures.map((index) => index.type)];
    case "Union": return ast.types;
    case "Arrays": return [...ast.elements, ...ast.rest];
    default: return [];
  }
};

export const schemasByName = (): ReadonlyMap<string, Plain> => {
  const found = new Map<string, Plain>();
  const exported = Object.values(modules).flatMap((module) => Object.values<Schema.Top>(module)).filter((value) => "ast" in value);
  const queue = [...exported, ...Object.values(commands).flatMap(({ params, result }) => [params, result])].map((schema) => schema.ast);
  const seen = new Set<SchemaAST.AST>();
  for (const ast of queue) {
    if (seen.has(ast)) continue;
    seen.add(ast);
    const name = nameOf(ast);
    if (name !== undefined && !found.has(name)) found.set(name, Schema.make<Plain>(ast));
    queue.push(...childrenOf(ast));
  }
  return found;
};
