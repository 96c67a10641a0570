import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { CSPProvider } from '@base-ui/react/csp-provider';
import { AppContext } from './api/app-context.tsx';
import { followAskedPage } from './api/asked-page.ts';
import { Mirror } from './api/mirror.ts';
import { Ticker } from './api/ticker.ts';
import { createUi } from './api/ui-store.ts';
import { portConnector } from './api/wire-port.ts';
import { connectWebSocket, followFreshLinks, signIn } from './api/wire-ws.ts';
import { AppShell } from './views/app-shell.tsx';
import { ConsentWindow } from './views/consent-window.tsx';
import './styles/app.css';

const served = location.protocol === 'http:' || location.protocol === 'https:';
/** The desktop app opens this page once more for the window that asks for consent. */
const ownWindow = location.hash === '#consent';
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

const ui = createUi();
const mirror = new Mirror({ connect: served ? connectWebSocket : portConnector(() => location.reload()) });
followAskedPage(ui);
window.addEventListener('popstate', (event) => ui.onPopState(event.state));

createRoot(root).render(
  <StrictMode>
    <CSPProvider disableStyleElements>
      <AppContext value={{ mirror, ticker: new Ticker(), ui }}>
        {ownWindow ? <ConsentWindow /> : <AppShell />}
      </AppContext>
    </CSPProvider>
  </StrictMode>,
);

if (served) {
  followFreshLinks();
  await signIn();
}
mirror.start();
