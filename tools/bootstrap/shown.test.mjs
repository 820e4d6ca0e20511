/** Suites that hang: each is ended, and what came before and after it is kept. */
import { expect, it } from "vitest";
import { shown } from "./shown.mjs";

const env = process.env;

it("gives the output and the exit code", async () => {
  expect(await shown("sh", ["-c", "echo one; echo two >&2; exit 3"], { env })).toMatchObject({ code: 3, output: expect.stringMatching(/one[\s\S]*two|two[\s\S]*one/) });
  expect((await shown("a-program-that-is-not-there", [], { env })).code).toBe(127);
});

it("ends what says nothing, and hears the program out", async () => {
  const { code, output } = await shown("sh", ["-c", "echo before; sleep 60; echo after"], { env, silence: 300 });
  expect(code).toBe(0);
  expect(output).toMatch(/before\n[\s\S]*said nothing for 0\.3 s[\s\S]*after\n/);
});

it("ends what takes too long, with what it runs", async () => {
  const { code, output } = await shown("sh", ["-c", "echo before; sleep 60; echo after"], { env, limit: 300 });
  expect({ code, after: output.includes("after\n") }).toEqual({ code: 124, after: false });
});

it("does not wait for what was left behind with the output open", async () => {
  const { code, output } = await shown("sh", ["-c", "echo said; sleep 60 & exit 0"], { env });
  expect({ code, output }).toEqual({ code: 0, output: "said\n" });
}, 15_000);
