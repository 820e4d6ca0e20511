// The graph editor: one screen for one graph.

export { EditorScreen } from './EditorScreen.tsx';
