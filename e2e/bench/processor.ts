// For how long the processor has run the main thread of a page: on a busy machine the clock also counts waits for a core.
import type { Page } from 'playwright';

export interface Processor {
  /** Milliseconds of all tasks so far. */
  readonly ms: () => Promise<number>;
  readonly close: () => Promise<void>;
}

export async function processorOf(page: Page): Promise<Processor> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  const ms = async (): Promise<number> => {
    const { metrics } = await cdp.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1000;
  };
  return { ms, close: () => cdp.detach() };
}
