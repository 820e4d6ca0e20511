// What every component below needs from the page: the platform (for key caps), the tooltip delay, and Base UI told never to
// insert style elements, because the page's policy refuses them.

import { CSPProvider } from '@base-ui/react/csp-provider';
import { Tooltip } from '@base-ui/react/tooltip';
import type { JSX, ReactNode } from 'react';
import { type Platform, PlatformContext } from './text/Kbd.tsx';

export interface UiProviderProps {
  readonly platform: Platform;
  readonly children: ReactNode;
}

export function UiProvider({ platform, children }: UiProviderProps): JSX.Element {
  return (
    <PlatformContext value={platform}>
      <CSPProvider disableStyleElements>
        <Tooltip.Provider delay={400} closeDelay={0}>
          {children}
        </Tooltip.Provider>
      </CSPProvider>
    </PlatformContext>
  );
}
