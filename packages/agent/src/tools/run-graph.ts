/**
 * run_graph: runs a graph of the person's library, under the same supervision and with the same grants as any run. The run's id is on disk before it
 * starts, so that after a crash the same run is found instead of a second one being started.
 */
import { type Json, type JsonRecord, StepFailure } from "@axion/engine";
import { cut } from "../wire.ts";
import { type Tool, type ToolContext, textArg } from "./tool.ts";

const graphOf = (args: JsonRecord, { graphs }: Pick<ToolContext, "graphs">) => {
  const wanted = textArg(args, "graph") ?? "";
  const found = graphs.find((each) => each.graphId === wanted) ?? graphs.find((each) => each.name === wanted);
  if (found === undefined) throw new StepFailure("unknown_graph", `There is no graph "${cut(wanted, 80)}".`, graphs.length === 0 ? "This chat has no graphs." : `graph is one of: ${graphs.slice(0, 50).map((each) => each.graphId).join(", ")}.`);
  return found;
};

export const runGraph: Tool = {
  name: "run_graph",
  description: "Runs one of the person's graphs with an input and answers with its outputs when it has ended.",
  parameters: {
    type: "object", additionalProperties: false, required: ["graph"], properties: {
      graph: { type: "string", description: "The graph's id." },
      input: { description: "The input that its start node takes." },
    },
  },
  safety: { readOnly: false, destructive: true, idempotent: false },
  runs: true,
  title: (args, { graphs }) => `Run ${graphs.find((each) => each.graphId === textArg(args, "graph"))?.name ?? textArg(args, "graph") ?? "a graph"}`,
  plan: (args, context) => {
    const graph = graphOf(args, context);
    return Promise.resolve({
      question: cut(`Run the graph ${graph.name}?`, 400),
      facts: [
        { label: "Writes", value: "What its folders were given for" },
        { label: "Reads", value: cut(`Its folders, and this input: ${JSON.stringify(args["input"] ?? null)}`, 2000) },
        { label: "Network", value: "None" },
        { label: "Secrets", value: "None" },
        { label: "Undo", value: "None; each step is in the run's history" },
        { label: "Lasts", value: "This run only" },
      ],
    });
  },
  run: async (args, context) => {
    const graph = graphOf(args, context);
    if (context.runId === undefined) throw new StepFailure("internal", "The run has no id.");
    const result = await context.runGraph({ callId: context.callId, runId: context.runId, graphId: graph.graphId, input: args["input"] ?? null }, context.signal);
    if (result.state !== "succeeded") throw new StepFailure(result.error?.code ?? "run_failed", `The run ${result.state}. ${result.error?.message ?? ""}`.trim(), result.error?.hint);
    return { output: result.outputs as Json };
  },
  settle: () => Promise.resolve("undone"),
};
