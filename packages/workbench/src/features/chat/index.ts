// The chat place. Fetched when it is first opened: Markdown, diffs and the composer are of no use before.

export { ChatScreen } from './ChatScreen.tsx';
