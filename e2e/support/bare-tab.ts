// A tab that Playwright has no hand in: it keeps its own pages in sight whatever a browser does to them, and only what is out of sight can be frozen.
import { type Browser, type CDPSession, expect } from '@playwright/test';

export interface BareTab {
  /** What an expression in the page comes to, as JSON has it; while the tab is frozen it waits. */
  value<T>(expression: string): Promise<T>;
  /** As the browser does it to tabs that nobody looks at; the page hears that it is hidden first. */
  freeze(): Promise<void>;
  /** A person looks at it again. */
  wake(): Promise<void>;
  close(): Promise<void>;
}

interface Answer {
  readonly id?: number;
  readonly result?: { readonly result?: { readonly value?: unknown } };
  readonly error?: { readonly message: string };
}

/** Opens `url` in a profile of its own. */
export async function openBareTab(browser: Browser, url: string): Promise<BareTab> {
  const session: CDPSession = await browser.newBrowserCDPSession();
  const { browserContextId } = await session.send('Target.createBrowserContext');
  const { targetId } = await session.send('Target.createTarget', { url, browserContextId });
  const { sessionId } = await session.send('Target.attachToTarget', { targetId, flatten: false });
  const waiting = new Map<number, (answer: Answer) => void>();
  session.on('Target.receivedMessageFromTarget', told => {
    if (told.sessionId !== sessionId) return;
    const answer = JSON.parse(told.message) as Answer;
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
  });
  let last = 0;
  const ask = async (method: string, params: object): Promise<Answer> => {
    const id = ++last;
    const answered = new Promise<Answer>(resolve => waiting.set(id, resolve));
    await session.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method, params }) });
    const answer = await answered;
    waiting.delete(id);
    if (answer.error) throw new Error(answer.error.message);
    return answer;
  };
  const state = async (name: 'frozen' | 'active'): Promise<void> =>
    void (await ask('Page.setWebLifecycleState', { state: name }));
  const value = async <T>(expression: string): Promise<T> => {
    const { result } = await ask('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    return result?.result?.value as T;
  };
  // What is asked while the page comes is answered with an error.
  await expect
    .poll(() =>
      value<boolean>("location.protocol !== 'about:' && document.readyState === 'complete'").catch(() => false),
    )
    .toBe(true);
  return {
    value,
    freeze: () => state('frozen'),
    wake: async () => {
      await state('active');
      await ask('Page.bringToFront', {});
    },
    close: async () => {
      await session.send('Target.disposeBrowserContext', { browserContextId });
      await session.detach();
    },
  };
}
