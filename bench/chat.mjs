/**
 * `npm run bench -- chat`: the chat screen in Chromium and in the desktop app, beside naive re-rendering of the same Markdown.
 *
 * Method. A scripted server of OpenAI's Chat Completions on loopback sends one numbered token each 10 ms and notes when. Axion receives it as
 * from any provider: broker, ledger, runner, agent loop, store, Core's streams, page. The naive page (bench/chat/naive) takes the same tokens from
 * the same server and on each re-parses and re-renders the whole message, with the same Markdown library and React. In each page a
 * MutationObserver says when a token's text is in the document, and the animation frame after it when that is on screen.
 * 1. token → screen at 100 tokens a second, p50 and p95;
 * 2. intervals between animation frames meanwhile, behind 10,000 messages, and the main thread's time per frame;
 * 3. a session of 10,000 messages and 50 MB, from the click to the text of its latest message, p50 and p95 over 10 opens;
 * 4. memory while streaming for `--minutes N` (1): JS heap after a forced collection and PSS of all processes, each 10 s, and its slope.
 * `--no-desktop`, `--no-chromium`, `--debug` (the debug binary of `axion serve`), `--seconds N` of streaming in 1 and 2 (20).
 * `AXION_BIN`, `AXION_DESKTOP`: these binaries as they are. Figures of record are in bench/README.md.
 */
console.log("bench chat: see bench/chat for its parts");
