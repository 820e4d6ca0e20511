/** ask_person: a question with a few answers to choose from, and room for the person's own words. */
import { type Json, isRecord } from "@axion/engine";
import { cut } from "../wire.ts";
import { type Tool, textArg } from "./tool.ts";

export const askPerson: Tool = {
  name: "ask_person",
  description: "Asks the person one question when you cannot go on without their decision. Offer 2 to 5 short answers; they may also answer in their own words.",
  parameters: {
    type: "object", additionalProperties: false, required: ["question", "options"], properties: {
      question: { type: "string", minLength: 1, maxLength: 400 },
      details: { type: "string", maxLength: 4000, description: "What they need to know to decide." },
      options: {
        type: "array", minItems: 2, maxItems: 5, items: {
          type: "object", additionalProperties: false, required: ["label"], properties: {
            label: { type: "string", minLength: 1, maxLength: 200 },
            description: { type: "string", maxLength: 1000 },
          },
        },
      },
    },
  },
  safety: { readOnly: true, destructive: false, idempotent: true },
  alone: true,
  plain: true,
  title: (args) => `Ask: ${textArg(args, "question") ?? ""}`,
  run: async (args, context) => {
    const options = (args["options"] as readonly Json[]).filter(isRecord).map((option, index) => ({
      id: `option-${index + 1}`, label: cut(String(option["label"]), 200), ...(typeof option["description"] === "string" && { description: cut(option["description"], 1000) }),
    }));
    const details = textArg(args, "details");
    const answer = await context.ask({ kind: "question", title: cut(textArg(args, "question") ?? "", 400), ...(details !== undefined && { text: details }), options, freeText: true });
    if (answer.by === "nobody") return { output: "Nobody is there to answer. Decide yourself as carefully as you can, or say what you would need to know." };
    const chosen = options.find((option) => option.id === answer.option)?.label;
    const words = answer.text?.trim();
    return { output: [...(chosen === undefined ? [] : [`They chose: ${chosen}`]), ...(words === undefined || words === "" ? [] : [`They wrote: ${words}`])].join("\n") || "They gave no answer." };
  },
};
