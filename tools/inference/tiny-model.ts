/**
 * A language model of 245 KB with random weights: two layers, width 64, a vocabulary of bytes. It talks nonsense, but it is a real model for llama.cpp: it is loaded,
 * has a chat template, streams, stops, can be aborted and bound by a grammar. The same seed gives the same file.
 * `node tools/inference/tiny-model.ts FILE [SEED]` writes one.
 */
import { writeFile } from "node:fs/promises";
import { type GgufValue, type Tensor, writeGguf } from "./gguf.ts";

const WIDTH = 64;
const LAYERS = 2;
const HEADS = 4;
const INNER = 128;
const CONTEXT = 2048;
const TEMPLATE = "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

const KIND = { normal: 1, unknown: 2, control: 3, byte: 6 } as const;
const TOKENS: ReadonlyArray<readonly [string, number]> = [
  ["<unk>", KIND.unknown], ["<s>", KIND.control], ["</s>", KIND.control],
  ...Array.from({ length: 256 }, (_, byte) => [`<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`, KIND.byte] as const),
  ["<|im_start|>", KIND.control], ["<|im_end|>", KIND.control],
  ...["▁", "▁the", "▁a", "e", "t", "o", "n", "i", "s", "r", "h", "▁and", "▁of"].map((text) => [text, KIND.normal] as const),
];
const idOf = (text: string): number => TOKENS.findIndex(([token]) => token === text);

/** Mulberry32, and two of its numbers to one that is normally distributed. */
const normal = (seed: number): (() => number) => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
};

export const tinyModel = (seed = 1): Uint8Array => {
  const random = normal(seed);
  const weight = (name: string, ...shape: readonly number[]): Tensor => ({ name: `${name}.weight`, shape, single: false, value: () => random() * 0.2 });
  const norm = (name: string): Tensor => ({ name: `${name}.weight`, shape: [WIDTH], single: true, value: () => 1 });
  const layer = (index: number): readonly Tensor[] => {
    const of = (name: string) => `blk.${index}.${name}`;
    return [
      norm(of("attn_norm")), weight(of("attn_q"), WIDTH, WIDTH), weight(of("attn_k"), WIDTH, WIDTH), weight(of("attn_v"), WIDTH, WIDTH), weight(of("attn_output"), WIDTH, WIDTH),
      norm(of("ffn_norm")), weight(of("ffn_gate"), WIDTH, INNER), weight(of("ffn_up"), WIDTH, INNER), weight(of("ffn_down"), INNER, WIDTH),
    ];
  };
  // The row of a token says how likely it is. Those that end a reply have nothing in theirs, so that random words go on for a while.
  const words = weight("output", WIDTH, TOKENS.length);
  const output: Tensor = { ...words, value: (index) => TOKENS[Math.floor(index / WIDTH)]?.[1] === KIND.control ? 0 : words.value(index) };
  const values: Record<string, GgufValue> = {
    "general.architecture": { string: "llama" }, "general.name": { string: "tiny random model" }, "general.file_type": { uint32: 1 },
    "llama.context_length": { uint32: CONTEXT }, "llama.embedding_length": { uint32: WIDTH }, "llama.block_count": { uint32: LAYERS }, "llama.feed_forward_length": { uint32: INNER },
    "llama.attention.head_count": { uint32: HEADS }, "llama.attention.head_count_kv": { uint32: HEADS }, "llama.attention.layer_norm_rms_epsilon": { float32: 1e-5 },
    "llama.rope.dimension_count": { uint32: WIDTH / HEADS }, "llama.vocab_size": { uint32: TOKENS.length },
    "tokenizer.ggml.model": { string: "llama" }, "tokenizer.ggml.tokens": { strings: TOKENS.map(([text]) => text) }, "tokenizer.ggml.scores": { floats: TOKENS.map(([, kind]) => kind === KIND.normal ? -1 : 0) },
    "tokenizer.ggml.token_type": { ints: TOKENS.map(([, kind]) => kind) }, "tokenizer.ggml.unknown_token_id": { uint32: 0 }, "tokenizer.ggml.bos_token_id": { uint32: 1 }, "tokenizer.ggml.eos_token_id": { uint32: idOf("<|im_end|>") },
    "tokenizer.ggml.add_bos_token": { bool: true }, "tokenizer.ggml.add_space_prefix": { bool: false }, "tokenizer.chat_template": { string: TEMPLATE },
  };
  return writeGguf(values, [weight("token_embd", WIDTH, TOKENS.length), ...Array.from({ length: LAYERS }, (_, index) => layer(index)).flat(), norm("output_norm"), output]);
};

if (import.meta.main) {
  const [file, seed] = process.argv.slice(2);
  if (file === undefined) {
    process.stderr.write("node tools/inference/tiny-model.ts FILE [SEED]\n");
    process.exitCode = 2;
  } else {
    const bytes = tinyModel(Number(seed ?? 1));
    await writeFile(file, bytes);
    process.stdout.write(`${file} ${(bytes.length / 1000).toFixed(0)} KB\n`);
  }
}
