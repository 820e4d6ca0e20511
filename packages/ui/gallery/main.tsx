// The sheet of components: states, ports, controls and layers, beside which the reference pictures are held.

import { createRoot } from 'react-dom/client';
import './gallery.css';
import { LiveRegions, ToastHost, UiProvider } from '../src/index.ts';
import { Sheet } from './Sheet.tsx';

const root = document.getElementById('root');
const asked = new URLSearchParams(location.search).get('theme');
const dark = asked === null ? matchMedia('(prefers-color-scheme: dark)').matches : asked === 'dark';
document.documentElement.dataset.theme = dark ? 'dark' : 'light';
if (root) {
  createRoot(root).render(
    <UiProvider platform="other">
      <LiveRegions>
        <ToastHost label="Notifications" dismissLabel="Dismiss">
          <Sheet />
        </ToastHost>
      </LiveRegions>
    </UiProvider>,
  );
}
