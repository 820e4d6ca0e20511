/** recall: looks into the whole transcript of this chat, also where the agent itself only has a summary. */
import { StepFailure } from "@axion/engine";
import { type Tool, numberArg, textArg } from "./tool.ts";

export const recall: Tool = {
  name: "recall",
  description: "Searches the whole transcript of this chat, including messages that were summarised. Give words to search for, or the id of a message.",
  parameters: {
    type: "object", additionalProperties: false, properties: {
      query: { type: "string", minLength: 1, maxLength: 1000 },
      messageId: { type: "string", minLength: 1, maxLength: 64, pattern: "^[A-Za-z0-9][A-Za-z0-9_-]*$" },
      limit: { type: "integer", minimum: 1, maximum: 50 },
    },
  },
  safety: { readOnly: true, destructive: false, idempotent: true },
  title: (args) => args["query"] === undefined ? "Look up a message" : `Recall ${JSON.stringify(args["query"])}`,
  run: async (args, context) => {
    const query = textArg(args, "query"), messageId = textArg(args, "messageId");
    if (query === undefined && messageId === undefined) throw new StepFailure("bad_arguments", "Give query or messageId.");
    const { messages } = await context.recall({ ...(query !== undefined && { query }), ...(messageId !== undefined && { messageId }), limit: numberArg(args, "limit") ?? 10 }, context.signal);
    return { output: messages.length === 0 ? "Nothing found." : messages.map((each) => `[${each.messageId}] ${each.role}: ${each.text}`).join("\n\n") };
  },
};
