// The page begins here: stores, worker, first render.
import '../ui/tokens.css';
import '../ui/base.css';
import './shell.css';
import { type ReactNode, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { FIRST_PROMPT } from '../features/editor/firstPrompt.ts';
import { defined } from '../lib/assert.ts';
import { trustOwnScripts } from '../lib/trusted.ts';
import { hubToken } from '../stores/model/hub-token.ts';
import { StoresContext } from '../stores/react.ts';
import { App } from './App.tsx';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { refuseEarlyDrops } from './early-drop.ts';
import { keepEarlyKeys } from './early-keys.ts';
import { keepOwnNodes } from './foreignNodes.ts';
import { addressLinks } from './links.ts';
import { hubHost } from './origins.ts';
import { createPage } from './page.ts';

trustOwnScripts(document.baseURI);
keepEarlyKeys();
refuseEarlyDrops();
const host = hubHost(storageOf(() => localStorage));
const page = createPage({
  origins: { shippedBase: new URL('models/', document.baseURI).href, hubHost: host },
  hubToken: () => hubToken(host, [storageOf(() => sessionStorage), storageOf(() => localStorage)]),
  firstText: FIRST_PROMPT,
  links: addressLinks,
});

/** Null where the browser has closed it. */
function storageOf(open: () => Storage): Storage | null {
  try {
    return open();
  } catch {
    return null;
  }
}

keepOwnNodes(document.body);
const root = createRoot(defined(document.getElementById('root'), 'the element #root'));

function render(content: ReactNode): void {
  root.render(
    <StrictMode>
      <StoresContext value={page}>
        <ErrorBoundary text={() => page.document.getState().text}>{content}</ErrorBoundary>
      </StoresContext>
    </StrictMode>,
  );
}

/** Falls with what went wrong before anything could begin. */
function Fallen({ thrown }: { thrown: unknown }): never {
  throw thrown;
}

render(<App />);
page.start().then(keepApp, (thrown: unknown) => render(<Fallen thrown={thrown} />));

/** From the next visit on the page opens without a network. Once all else is here: it would be in the way of a model on its way. */
async function keepApp(): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  try {
    const [{ workOffline }, { networkIsOff }] = await Promise.all([
      import('./offline.ts'),
      import('../lib/network.ts'),
    ]);
    await workOffline({
      version: page.version,
      workers: navigator.serviceWorker,
      script: new URL('service-worker.js', document.baseURI).href,
      flush: () => page.flush(),
      reload: () => location.reload(),
      now: Date.now,
      back: listener => addEventListener('focus', listener),
      networkIsOff,
    });
  } catch {
    // A browser that refuses it, in a private window say, opens the page from the network as before.
  }
}
