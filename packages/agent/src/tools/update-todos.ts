/** update_todos: the list of what is to be done in this chat, shown to the person. Replaces the list as a whole. */
import { type Json, isRecord } from "@axion/engine";
import type { Todo } from "@axion/protocol";
import type { Tool } from "./tool.ts";

const states = ["open", "doing", "done", "dropped"] as const;

export const updateTodos: Tool = {
  name: "update_todos",
  description: "Sets the to-do list that the person sees. Use it for work of several steps: give the whole list each time, with at most one item doing.",
  parameters: {
    type: "object", additionalProperties: false, required: ["todos"], properties: {
      todos: {
        type: "array", maxItems: 50, items: {
          type: "object", additionalProperties: false, required: ["text", "state"], properties: {
            text: { type: "string", minLength: 1, maxLength: 1000 },
            state: { type: "string", enum: [...states] },
          },
        },
      },
    },
  },
  safety: { readOnly: true, destructive: false, idempotent: true },
  alone: true,
  plain: true,
  title: () => "Update the to-do list",
  run: async (args, context) => {
    const todos = (args["todos"] as readonly Json[]).filter(isRecord).map((each): Todo => ({ text: String(each["text"]), state: states.find((state) => state === each["state"]) ?? "open" }));
    await context.setTodos(todos);
    const open = todos.filter((todo) => todo.state === "open" || todo.state === "doing").length;
    return { output: `The list has ${todos.length} items, ${open} of them to be done.` };
  },
};
