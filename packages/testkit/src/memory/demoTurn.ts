/**
 * A turn without a model: what a plausible agent would say and do, one line after the other with pauses. The words of the question
 * choose: `edit` (reads, plans, asks before a change), `question`, `fail`, `long`; anything else is answered with a little Markdown.
 */
import type { FileChange, RequestOption, SessionRequest, ToolSafety, TurnEvent } from "@axion/protocol";

type DraftOf<E> = E extends TurnEvent ? Omit<E, "ts" | "turnId"> : never;
/** `say` becomes deltas and, behind them, durable text. `waitFor`: goes on when this request is answered. */
export type TurnLine =
  | { readonly afterMs: number; readonly event: DraftOf<TurnEvent>; readonly waitFor?: string }
  | { readonly afterMs: number; readonly waitFor?: string; readonly part: number; readonly kind: "text" | "reasoning"; readonly say: string };

const looks: ToolSafety = { readOnly: true, destructive: false, idempotent: true };
const changes: ToolSafety = { readOnly: false, destructive: false, idempotent: true };
const usage = { inputTokens: 1840, outputTokens: 212 };
const yesNo: ReadonlyArray<RequestOption> = [
  { id: "allow", label: "Allow once" },
  { id: "deny", label: "Deny" },
];
const before = 'export const total = (rows) =>\n  rows.reduce((sum, row) => sum + row.amount, 0);\n\nexport const late = (rows, day) =>\n  rows.filter((row) => row.due < day);\n';
const after = 'export const total = (rows) =>\n  rows.reduce((sum, row) => sum + row.amount, 0);\n\n/** Paid rows are never late. */\nexport const late = (rows, day) =>\n  rows.filter((row) => !row.paid && row.due < day);\n';
const edit: FileChange = { folderId: "invoices", path: "tools/match.js", before, after };

const report = `203 of 214 bank lines have an invoice. Eleven do not; the largest three are:

| Date | Bank reference | Nearest invoice | Amount |
| --- | --- | --- | ---: |
| 6 Oct | NORDLYS 88120 | INV-1979, off by €40.00 | €2,310.00 |
| 14 Oct | BALTIC FRT 4471 | none within 30 days | €1,904.60 |
| 14 Oct | PAYMENT 0093 | INV-1988 or INV-1992 | €1,120.00 |

The rule is in \`tools/match.js\`:

\`\`\`js
export const late = (rows, day) =>
  rows.filter((row) => row.due < day); // paid rows, too
\`\`\`

1. Paid rows are counted as late.
2. The due day itself counts as *not* late. See [the manual](https://example.org/manual).
`;

const finish = (messageId: string, ms: number): TurnLine => ({ afterMs: 0, event: { type: "turn-finished", messageId, state: "succeeded", ms, usage } });

const editTurn = (messageId: string, id: string): TurnLine[] => {
  const request: SessionRequest = {
    requestId: `${id}-ask`, kind: "approval", callId: `${id}-edit`, title: "Allow this change?", text: "Edit tools/match.js", options: yesNo, freeText: true, changes: [edit],
    facts: [
      { label: "Writes", value: "tools/match.js only" }, { label: "Reads", value: "~/invoices" }, { label: "Network", value: "none" },
      { label: "Secrets", value: "none" }, { label: "Undo", value: "not by Axion" }, { label: "Lasts", value: "this one call" },
    ],
  };
  return [
    { afterMs: 120, part: 0, kind: "reasoning", say: "The person wants the late rule mended. First look at the folder, then at the rule, then change it." },
    { afterMs: 60, event: { type: "todos-changed", todos: [{ text: "Read the bank export", state: "doing" }, { text: "Mend the rule", state: "open" }, { text: "Check against September", state: "open" }] } },
    { afterMs: 60, event: { type: "tool-called", messageId, part: 1, callId: `${id}-read`, tool: "read_file", title: "Read tools/match.js", arguments: { path: "tools/match.js" }, safety: looks } },
    { afterMs: 200, event: { type: "tool-finished", callId: `${id}-read`, state: "succeeded", ms: 5, output: { type: "inline", value: before } } },
    { afterMs: 60, event: { type: "tool-called", messageId, part: 2, callId: `${id}-find`, tool: "search", title: "Search unmatched", arguments: { query: "unmatched" }, safety: looks } },
    { afterMs: 400, event: { type: "tool-finished", callId: `${id}-find`, state: "succeeded", ms: 1204, output: { type: "inline", value: "matched      203   amount + reference, within 3 days\nunmatched     11   written to unmatched.json" } } },
    { afterMs: 60, part: 3, kind: "text", say: report },
    { afterMs: 60, event: { type: "todos-changed", todos: [{ text: "Read the bank export", state: "done" }, { text: "Mend the rule", state: "doing" }, { text: "Check against September", state: "open" }] } },
    { afterMs: 60, event: { type: "tool-called", messageId, part: 4, callId: `${id}-edit`, tool: "edit_file", title: "Edit tools/match.js", arguments: { path: "tools/match.js" }, safety: changes } },
    { afterMs: 60, event: { type: "request-opened", messageId, part: 5, request } },
    { afterMs: 60, waitFor: request.requestId, event: { type: "tool-started", callId: `${id}-edit`, changes: [edit] } },
    { afterMs: 200, event: { type: "tool-finished", callId: `${id}-edit`, state: "succeeded", ms: 12, changes: [edit] } },
    { afterMs: 60, event: { type: "todos-changed", todos: [{ text: "Read the bank export", state: "done" }, { text: "Mend the rule", state: "done" }, { text: "Check against September", state: "done" }] } },
    { afterMs: 60, part: 6, kind: "text", say: "The rule is mended. September has the same eleven lines, so nothing else changes." },
    { afterMs: 0, event: { type: "context-measured", context: { window: 32_768, instructions: 1_400, tools: 500, summary: 0, history: 3_200, toolOutput: 7_200, files: 6_100, counted: false } } },
    finish(messageId, 48_000),
  ];
};

const questionTurn = (messageId: string, id: string): TurnLine[] => [
  {
    afterMs: 120,
    event: {
      type: "request-opened", messageId, part: 0,
      request: {
        requestId: `${id}-ask`, kind: "question", title: "Payment 0093 fits two invoices. Which one is it?", facts: [], freeText: true,
        options: [{ id: "a", label: "INV-1988", description: "Same amount, due 12 October" }, { id: "b", label: "INV-1992", description: "Same reference" }, { id: "c", label: "Leave it unmatched" }],
      },
    },
  },
  { afterMs: 60, waitFor: `${id}-ask`, part: 1, kind: "text", say: "Thank you, that settles it." },
  finish(messageId, 900),
];

export const demoTurn = (said: string, messageId: string, id: string): TurnLine[] => {
  if (/\bedit\b/i.test(said)) return editTurn(messageId, id);
  if (/\bquestion\b/i.test(said)) return questionTurn(messageId, id);
  if (/\bfail\b/i.test(said)) {
    return [
      { afterMs: 60, part: 0, kind: "text", say: "I was about to say something" },
      { afterMs: 60, event: { type: "turn-finished", messageId, state: "failed", ms: 300, usage, error: { code: "provider", message: "localhost:11434 answered 503 three times. What was said is kept.", hint: "Try again, or choose another model." } } },
    ];
  }
  const text = /\blong\b/i.test(said) ? Array.from({ length: 12 }, () => report).join("\n\n") : `You said: “${said.slice(0, 200)}”.\n\n- This is the demo agent of the testkit.\n- It knows **edit**, \`question\`, \`fail\` and \`long\`.`;
  return [{ afterMs: 120, part: 0, kind: "text", say: text }, finish(messageId, 1_200)];
};
