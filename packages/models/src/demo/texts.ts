/** The longer texts of the demo agent. */

/** Links and a picture that a careful page does not follow or load are part of it on purpose. */
export const markdownText = `## What a message may hold

A paragraph with **bold**, *italic*, ~~struck~~ and \`code\`, and a [link](https://example.com/).

| Tool | Reads | Writes | Asks first |
| :--- | :---: | :---: | ---: |
| \`read_file\` | yes | no | no |
| \`edit_file\` | yes | yes | yes |
| \`run_graph\` | yes | yes | yes |

1. A list
2. with numbers
   - and one inside it
   - of two lines

- [x] done
- [ ] open

\`\`\`ts
/** Adds up. */
export const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
\`\`\`

> A quotation, and after it a picture that is not fetched: ![a picture](https://example.com/picture.png)
> and a link that leads nowhere: [do not](javascript:alert(1)).

---

Text in other scripts: Ελληνικά, 日本語, العربية, and a family: 👩‍👩‍👧.`;

const SENTENCES = [
  "This is a long answer, so that you can see how it is kept still while you read.",
  "Scroll up while it comes, and the place that you look at does not move.",
  "Each paragraph has a number, so that a missing or repeated one would show.",
  "The words are the same each time, because they are written down and not invented.",
  "When it is done, close the window and open it again: all of it is still here.",
];
export const longText = (paragraphs: number): string =>
  Array.from({ length: paragraphs }, (_, index) => `**${index + 1}.** ${Array.from({ length: 4 }, (__, each) => SENTENCES[(index + each) % SENTENCES.length]).join(" ")}`).join("\n\n");
