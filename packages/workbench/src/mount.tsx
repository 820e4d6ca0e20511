// Puts the workbench into an element over a gateway adapter.

import { createClient, type GatewayAdapter } from '@axion/client';
import { LiveRegions, ToastHost, UiProvider } from '@axion/ui';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { CommandRegistry } from './commands/registry.tsx';
import { OpenFilesProvider } from './features/files/OpenFiles.tsx';
import { RunStarterProvider } from './features/folders/RunStarter.tsx';
import { applyKeptLook } from './frame/useAppearance.ts';
import { Workbench } from './frame/Workbench.tsx';
import { createMessages, MessagesContext } from './messages/context.ts';
import { ClientContext } from './session/context.ts';

/** Draws the workbench; the returned function takes it away and closes the connection. */
export function mountWorkbench(element: HTMLElement, adapter: GatewayAdapter): () => void {
  const client = createClient(adapter);
  const messages = createMessages(localeFor(navigator.languages));
  applyKeptLook(document.documentElement, client.environment);
  const root = createRoot(element);
  root.render(
    <StrictMode>
      <MessagesContext value={messages}>
        <ClientContext value={client}>
          <UiProvider platform={/Mac|iP(hone|ad)/.test(navigator.userAgent) ? 'mac' : 'other'}>
            <LiveRegions>
              <ToastHost label={messages.t('frame.notifications')} dismissLabel={messages.t('act.dismiss')}>
                <CommandRegistry>
                  <RunStarterProvider>
                    <OpenFilesProvider>
                      <Workbench />
                    </OpenFilesProvider>
                  </RunStarterProvider>
                </CommandRegistry>
              </ToastHost>
            </LiveRegions>
          </UiProvider>
        </ClientContext>
      </MessagesContext>
    </StrictMode>,
  );
  return () => {
    root.unmount();
    void client.flush().finally(() => {
      client.close();
      adapter.close();
    });
  };
}

/** The words are English for now; dates and numbers follow the person's own kind of English, if it is one. */
function localeFor(languages: readonly string[]): string {
  return languages.find((language) => language === 'en' || language.startsWith('en-')) ?? 'en-GB';
}
