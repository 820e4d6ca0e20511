/**
 * What a chat does that takes no care: on each token the whole message is read again by the same Markdown library and drawn again by React, and the
 * page goes to its end. No history, no journal and no gateway stand behind it: it reads the model's stream itself.
 */
import { marked } from "marked";
import { createElement } from "react";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";

const article = document.querySelector("article");
const scroller = document.querySelector("main");
const root = createRoot(article);

const plain = { strong: "strong", em: "em", del: "del", codespan: "code", paragraph: "p", blockquote: "blockquote" };
const inside = (token) => (token.tokens === undefined ? token.text : draw(token.tokens));
function draw(tokens) {
  return tokens.map((token, key) => {
    switch (token.type) {
      case "space": return null;
      case "heading": return createElement(`h${token.depth}`, { key }, inside(token));
      case "code": return <pre key={key}><code>{token.text}</code></pre>;
      case "list": return createElement(token.ordered ? "ol" : "ul", { key }, token.items.map((item, at) => <li key={at}>{draw(item.tokens)}</li>));
      case "table": return (
        <table key={key}>
          <thead><tr>{token.header.map((cell, at) => <th key={at}>{draw(cell.tokens)}</th>)}</tr></thead>
          <tbody>{token.rows.map((row, line) => <tr key={line}>{row.map((cell, at) => <td key={at}>{draw(cell.tokens)}</td>)}</tr>)}</tbody>
        </table>
      );
      default: return createElement(plain[token.type] ?? "span", { key }, inside(token));
    }
  });
}

function Message({ text }) {
  return <>{draw(marked.lexer(text, { gfm: true }))}</>;
}

async function stream() {
  const reply = await fetch("/v1/chat/completions", { method: "POST", body: "{}" });
  let text = "", rest = "";
  const [reader, decoder] = [reply.body.getReader(), new TextDecoder()];
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    const frames = (rest + decoder.decode(piece.value, { stream: true })).split("\n\n");
    rest = frames.pop();
    for (const frame of frames) {
      if (!frame.startsWith("data: {")) continue;
      const content = JSON.parse(frame.slice(6)).choices[0]?.delta.content;
      if (!content) continue;
      text += content;
      flushSync(() => root.render(<Message text={text} />));
      scroller.scrollTop = 1e9;
    }
  }
}

window.beginNaive = () => void stream();
