import { describe, expect, it } from "vitest";
import { setUp } from "./node-config.ts";
import { registry } from "./kinds/catalogue.ts";
import { type PortType, describeType, fit, typeNames } from "./types.ts";

const all: PortType[] = typeNames.flatMap((type) => [{ type }, { type, list: true }]);

describe("types of ports", () => {
  it("fit themselves", () => { for (const type of all) expect(fit(type, type).ok).toBe(true); });
  it("any fits one value of any type", () => { for (const type of all) expect([fit(type, { type: "any" }).ok, fit({ type: "any" }, type).ok]).toEqual([true, true]); });
  it("rows are a table, a file and an error are objects", () => {
    expect(fit({ type: "object", list: true }, { type: "table" }).ok).toBe(true);
    expect(fit({ type: "table" }, { type: "any", list: true }).ok).toBe(true);
    expect(fit({ type: "file" }, { type: "object" }).ok).toBe(true);
    expect(fit({ type: "object" }, { type: "file" }).ok).toBe(false);
  });
  it("say why not, in words", () => expect(fit({ type: "number" }, { type: "text", list: true })).toMatchObject({ ok: false, reason: "This input takes a list of texts, the output gives a number." }));
  it("propose only what then fits", () => {
    for (const from of all) for (const to of all) {
      const result = fit(from, to);
      if (result.ok) continue;
      expect(result.reason).toContain(describeType(to));
      if (result.conversion === undefined) continue;
      const { kind, config, inPort, outPort } = result.conversion;
      const read = setUp(registry.get(kind) as never, config);
      if (!("setup" in read)) throw new Error(kind);
      const input = read.setup.ports.inputs.find((port) => port.id === inPort);
      const output = read.setup.ports.outputs.find((port) => port.id === outPort);
      expect(input !== undefined && output !== undefined && fit(from, input).ok && fit(output, to).ok).toBe(true);
    }
  });
});
