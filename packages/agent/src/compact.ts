/** What a compaction of a session would leave, for the person to see and to edit. Nothing is written. */
import type { CompactParams, CompactResult } from "@axion/protocol";
import { choose, previewOf, sizedOf, summarise } from "./context/compaction.ts";
import { blobTexts, messageEntries } from "./context/conversation.ts";
import { estimateTokens } from "./context/tokens.ts";
import { limitsOf } from "./context/window.ts";
import type { ModelClient } from "./model.ts";

export const compactSession = async (params: CompactParams, client: ModelClient, mark: string, signal: AbortSignal): Promise<CompactResult> => {
  const { window, output } = limitsOf(params.model.model, 80);
  const blobs = blobTexts(params.blobs);
  const messages = sizedOf(params.messages, params.messages.flatMap((message) => [...messageEntries(message, { blobs, images: false, output })]));
  const total = messages.reduce((sum, each) => sum + each.tokens, 0);
  // Asked for by the person: where all of it would fit, the latest messages stay and the rest goes.
  const choice = choose(messages, Math.min(window, total));
  const before = { tokens: total, summary: params.summary === undefined ? 0 : estimateTokens(params.summary.text) };
  if (choice.dropped.length === 0) {
    const problem = "There is nothing to compact: the chat has only messages that stay.";
    return { preview: { ...previewOf(choice, { text: params.summary?.text ?? "", by: "extract" }, before), problem } };
  }
  const summary = await summarise({ model: params.model, client, window, dropped: choice.dropped.map((each) => each.message), previous: params.summary?.text, wish: params.wish, mark }, signal);
  return { preview: previewOf(choice, summary, before) };
};
