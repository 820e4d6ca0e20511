/**
 * `AGENTS.md` of the granted folders: shown to the person before it is first used, remembered by the hash of its name and content. A file that was changed is another file
 * and is shown again. What the person leaves out stays out for this session.
 */
import type { Message, RequestAnswer, SessionRequest } from "@axion/protocol";
import type { Instruction } from "./context/system.ts";
import { type Scope, unlessStopped } from "./scope.ts";
import { textPieces } from "./tools/text-file.ts";
import { cut } from "./wire.ts";

const FILE = "AGENTS.md";
const MAX_BYTES = 65_536;
const SHOWN = 20_000;
/** The fact that tells the host which file the answer is about. */
const HASH_FACT = "SHA-256";

interface Asked { readonly request: SessionRequest; readonly answer?: RequestAnswer }

/** Without letters that take no room or turn the direction: they could hide orders from who reads the text. */
const visible = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Co}]/gu, (char) => (char === "\n" || char === "\t" ? char : ""));

const hashOf = (request: SessionRequest) => request.facts.find((fact) => fact.label === HASH_FACT)?.value;
const asksFor = (each: Asked, hash: string) => each.request.kind === "instructions" && hashOf(each.request) === hash;

const askedBefore = (messages: readonly Message[], hash: string): Asked | undefined =>
  messages.flatMap((message) => message.parts).flatMap((part): Asked[] => part.type === "request" ? [part] : []).findLast((each) => asksFor(each, hash) && each.answer !== undefined);

const fileOf = async (scope: Scope, folder: string): Promise<string | undefined> => {
  try {
    const facts = await scope.ports.files.facts(folder, FILE, scope.signal);
    if (facts === undefined || facts.folder || facts.bytes === 0 || facts.bytes > MAX_BYTES) return undefined;
    let text = "";
    for await (const piece of textPieces(scope.ports.files, folder, FILE, facts.bytes, scope.signal)) text += piece;
    return text;
  } catch (thrown) {
    // A file that cannot be read gives no instructions, and is no reason not to work.
    if (scope.signal.aborted) throw thrown;
    return undefined;
  }
};

export const instructionsOf = async (scope: Scope): Promise<readonly Instruction[]> => {
  const found: Instruction[] = [];
  for (const folder of scope.params.folders) {
    const read = await unlessStopped(scope.signal, fileOf(scope, folder.folderId));
    if (read === undefined) continue;
    // What is not shown does not apply.
    const text = cut(visible(read), SHOWN);
    const source = `${folder.name}/${FILE}`;
    const hash = scope.ports.hash(`${folder.folderId}/${FILE}\n${read}`);
    const inTurn = [...scope.state.requests.values()].find((each) => asksFor(each, hash));
    const earlier = inTurn ?? askedBefore(scope.params.messages, hash);
    const answer = earlier?.answer ?? (inTurn === undefined && scope.params.seenInstructions.includes(hash) ? { option: "use" } : await scope.requests.ask({
      kind: "instructions", title: cut(`Let ${source} instruct the agent in this chat?`, 400), text, freeText: false,
      facts: [{ label: "File", value: cut(source, 2000) }, { label: "Length", value: `${read.length} characters${read.length > SHOWN ? `; the first ${SHOWN} are shown, and no more applies` : ""}` }, { label: HASH_FACT, value: hash }],
      options: [{ id: "use", label: "Use" }, { id: "leave", label: "Leave out" }],
    }, inTurn));
    if (answer.option === "use") found.push({ source, text });
  }
  return found;
};
