// The words and formats of the person's language, for components.

import { createContext, useContext } from 'react';
import { english } from './en.ts';
import { createFormats, type Formats } from './formats.ts';
import { createTranslator, type Translate } from './translate.ts';

export interface Messages {
  readonly t: Translate;
  readonly formats: Formats;
}

export function createMessages(locale: string): Messages {
  const t = createTranslator(english, 'en');
  return { t, formats: createFormats(locale, t) };
}

export const MessagesContext = createContext<Messages | null>(null);

export function useMessages(): Messages {
  const messages = useContext(MessagesContext);
  if (messages === null) throw new Error('No messages around this component.');
  return messages;
}

export function useT(): Translate {
  return useMessages().t;
}

export function useFormats(): Formats {
  return useMessages().formats;
}
