/**
 * The text that is streamed: Markdown as a model writes it, in which each token carries its number as `k17k`, so that a page can be asked which token
 * was the last that it shows. Shared by the server and the reader.
 */

/** What a page looks for; the last match in a text is the newest token of it. */
export const TOKEN = /k(\d+)k/g;

const CYCLE = 220;

/** Text of token `n`: paragraphs with emphasis, a list, code, a table, a heading. */
export const token = (n) => {
  const at = n % CYCLE;
  const word = `k${n}k`;
  if (at === 0) return `\n\n## Part ${word}\n\n`;
  if (at === 60 || at === 170) return `\n\n${word} `;
  if (at < 110) return at % 17 === 3 ? `**${word}** ` : at % 23 === 5 ? `\`${word}\` ` : `${word} `;
  if (at < 140) return at % 5 === 0 ? `${at === 110 ? "\n" : ""}\n- ${word} ` : `${word} `;
  if (at === 140) return `\n\n\`\`\`js\nconst ${word} = 0;\n`;
  if (at < 170) return at === 169 ? `// ${word}\n\`\`\`\n` : at % 4 === 0 ? `let ${word} =` : at % 4 === 3 ? ` ${word};\n` : ` ${word} +`;
  if (at < 200) return `${word} `;
  if (at === 200) return `\n\n| a ${word} | b |\n| --- | ---: |\n`;
  return at % 2 === 1 ? `| ${word} | ` : `${word} |\n`;
};
