// Test support: a run of the worker whose device, or whose worker, goes in the middle of it.
import type { Page } from '../../../e2e/support/scripted-page.ts';
import type { EngineEvent } from '../../protocol/events.ts';

/** How a device or a worker goes, as the page hears of it. */
export const REASONS = ['device lost', 'run fails first', 'worker crashes'] as const;
export type Reason = (typeof REASONS)[number];

/** Says no more of `run` once `when` holds of what it has said, but that it failed, and that its device is lost. */
export function breakRun(page: Page, run: number, reason: Reason, when: (event: EngineEvent) => boolean): void {
  const { worker } = page;
  const { load } = page.model.getState();
  if (load.status !== 'ready') throw new Error('no model to lose');
  const say = worker.say.bind(worker);
  let broken = false;
  worker.say = event => {
    if (broken && event.run === run) return;
    say(event);
    if (event.run !== run || !when(event)) return;
    broken = true;
    if (reason === 'worker crashes') return worker.crash('planted');
    const failed: EngineEvent = { type: 'failed', run, error: { code: 'device_lost', message: 'gone', detail: {} } };
    const lost = { type: 'lost', run: 0, device: load.model.device, reason: 'destroyed', message: '' } as const;
    for (const each of reason === 'device lost' ? [lost, failed] : [failed, lost]) say(each);
  };
}
