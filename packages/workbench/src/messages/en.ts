// The English catalogue, by place. Whole sentences only: never glue parts together, so that another language can order its words.

import { approvals } from './en/approvals.ts';
import { canvas } from './en/canvas.ts';
import { chat } from './en/chat.ts';
import { editor } from './en/editor.ts';
import { folders } from './en/folders.ts';
import { frame } from './en/frame.ts';
import { graphs } from './en/graphs.ts';
import { home } from './en/home.ts';
import { machine } from './en/machine.ts';
import { models } from './en/models.ts';
import { runs } from './en/runs.ts';
import { settings } from './en/settings.ts';
import { shared } from './en/shared.ts';
import { start } from './en/start.ts';

export const english = {
  ...shared,
  ...frame,
  ...home,
  ...machine,
  ...graphs,
  ...runs,
  ...approvals,
  ...chat,
  ...models,
  ...folders,
  ...settings,
  ...start,
  ...editor,
  ...canvas,
} as const;

export type English = typeof english;
