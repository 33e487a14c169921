// The machine of losses by itself, and a page on a scripted engine whose messages come late and in every order: never two sentences.
import { describe, expect, test } from 'vitest';
import { turn, until } from '../../../e2e/support/scripted-engine.ts';
import { loseDevice, type Page } from '../../../e2e/support/scripted-page.ts';
import { visitsOf } from '../../../e2e/support/visits.ts';
import type { Command } from '../../protocol/commands.ts';
import type { EngineEvent } from '../../protocol/events.ts';
import { isRunning } from '../run/generation-types.ts';
import { afterEvent, isOfLoss, type LossEvent, NO_LOSS } from './loss.ts';
import { lossLine } from './loss-line.ts';

const { visit: open } = visitsOf('real');

/** What each event of a row makes of the memory: what is said, and what is done. */
function told(events: readonly LossEvent[]): string[] {
  let memory = NO_LOSS;
  return events.map(event => {
    const step = afterEvent(memory, event);
    memory = step.memory;
    return `${memory.said.kind} ${step.next}`;
  });
}

describe('the machine', () => {
  test('lost once: opened again by itself; said until it is dismissed', () => {
    expect(
      told([
        { kind: 'opened', device: 1, at: 0 },
        { kind: 'lost', device: 1, inUse: 1, at: 5 },
        { kind: 'opened', device: 2, at: 6 },
        { kind: 'dismissed' },
      ]),
    ).toEqual(['none nothing', 'reopening reopen', 'reopened nothing', 'none nothing']);
  });

  test('lost again within two minutes: opened with a lighter load; a third time: given up; later than that: opened as before', () => {
    const first: LossEvent[] = [
      { kind: 'lost', device: 1, inUse: 1, at: 1000 },
      { kind: 'opened', device: 2, at: 1001 },
    ];
    const second: LossEvent[] = [
      ...first,
      { kind: 'lost', device: 2, inUse: 2, at: 120_999 },
      { kind: 'opened', device: 3, at: 121_000 },
    ];
    expect(told(second).slice(-2)).toEqual(['reopening lighten', 'reopened nothing']);
    expect(told([...second, { kind: 'lost', device: 3, inUse: 3, at: 240_998 }]).at(-1)).toBe('none give_up');
    expect(told([...second, { kind: 'lost', device: 3, inUse: 3, at: 240_999 }]).at(-1)).toBe('reopening reopen');
    expect(told([...first, { kind: 'lost', device: 2, inUse: 2, at: 121_000 }]).at(-1)).toBe('reopening reopen');
  });

  test('a late word of a device that has a successor changes nothing', () => {
    const events: LossEvent[] = [
      { kind: 'lost', device: 1, inUse: 1, at: 0 },
      { kind: 'opened', device: 2, at: 1 },
      { kind: 'lost', device: 1, inUse: 2, at: 2 },
    ];
    expect(told(events).at(-1)).toBe('reopened nothing');
  });

  test('a device that went before the page heard that its model was there', () => {
    const before: LossEvent[] = [{ kind: 'lost', device: 1, inUse: null, at: 0 }];
    expect(told([...before, { kind: 'opened', device: 1, at: 1 }]).at(-1)).toBe('reopening reopen');
    expect(told([...before, { kind: 'opened', device: 2, at: 1 }]).at(-1)).toBe('none nothing');
  });

  test('lost while it is opened again: once more, lighter, where that load fails for it, and only for it', () => {
    const before: LossEvent[] = [
      { kind: 'lost', device: 1, inUse: 1, at: 0 },
      { kind: 'lost', device: 2, inUse: null, at: 1 },
    ];
    const failed: LossEvent = { kind: 'failed', lost: 'device', at: 2 };
    expect(told([...before, failed]).at(-1)).toBe('reopening lighten');
    expect(told([...before, failed, failed]).at(-1)).toBe('none give_up');
    expect(told([...before, { kind: 'failed', lost: null, at: 2 }]).at(-1)).toBe('none nothing');
  });

  test('lost while a model loads that a person asked for: loaded again by itself', () => {
    expect(told([{ kind: 'asked' }, { kind: 'failed', lost: 'worker', at: 2 }])).toEqual([
      'none nothing',
      'reopening reopen',
    ]);
  });

  test('after a crash devices count from 1 again', () => {
    const events: LossEvent[] = [
      { kind: 'lost', device: 3, inUse: null, at: 0 },
      { kind: 'crashed', inUse: 4, at: 1 },
      { kind: 'opened', device: 1, at: 2 },
    ];
    expect(told(events)).toEqual(['none nothing', 'reopening reopen', 'reopened nothing']);
  });
});

/** Every sentence about trouble on the page. */
function sentences(page: Page): string[] {
  const { load, loss, failure } = page.model.getState();
  const { status } = page.generation.getState();
  const { selected } = page.rows.getState();
  const line = lossLine({ load, loss }, status);
  return [
    ...(line === null ? [] : [line.text]),
    ...(load.status === 'failed' && !isOfLoss(load.error) ? [load.error.code] : []),
    ...(failure === null ? [] : [failure.error.code]),
    ...(status.kind === 'failed' && !isOfLoss(status.error) ? [status.error.code] : []),
    ...(selected.status === 'failed' ? [`row: ${selected.error.code}`] : []),
  ];
}

/** What is under way when the device goes: a row, a run, or a run that waits for a row to give way. */
const WORK = ['row', 'run', 'run behind a row'] as const;
/** Which of the worker's messages comes first. */
const FIRST = ['lost', 'failed'] as const;

/** A page whose rows and runs wait until the test answers them. */
async function openBusy() {
  const waiting: { readonly command: Command; readonly say: (event: EngineEvent) => void }[] = [];
  const page = await open({
    intercept: (command, say) => {
      if (command.type !== 'prefill' && command.type !== 'row' && command.type !== 'generate') return false;
      waiting.push({ command, say });
      return true;
    },
  });
  const error = { code: 'device_lost', message: 'gone', detail: {} } as const;
  const fail = (): void => {
    for (const { command, say } of waiting.splice(0)) say({ type: 'failed', run: command.run, error });
  };
  const begin = async (work: (typeof WORK)[number]): Promise<void> => {
    await until(() => waiting.length > 0);
    // A run that was waiting may have begun by itself once the model was back.
    if (work === 'row' || waiting.some(({ command }) => command.type === 'generate')) return;
    void page.generation.getState().run();
    if (work === 'run behind a row') return;
    const cancelled = { code: 'cancelled', message: '', detail: {} } as const;
    for (const { command, say } of waiting.splice(0)) say({ type: 'failed', run: command.run, error: cancelled });
    await until(() => waiting.some(({ command }) => command.type === 'generate'));
  };
  return { page, waiting, fail, begin };
}

const CASES = WORK.flatMap(one => WORK.flatMap(two => FIRST.flatMap(a => FIRST.map(b => [one, a, two, b] as const))));

test.each(CASES)(
  'lost with a %s under way (%s first), and again with a %s (%s first): one sentence at every moment',
  async (...all) => {
    const [one, firstHeard, two, thenHeard] = all;
    const { page, fail, begin } = await openBusy();
    const strike = async (work: (typeof WORK)[number], first: (typeof FIRST)[number]): Promise<void> => {
      await begin(work);
      const { load } = page.model.getState();
      const device = load.status === 'ready' ? load.model.device : 0;
      for (const heard of first === 'lost' ? FIRST : FIRST.toReversed()) {
        if (heard === 'lost') page.worker.say({ type: 'lost', run: 0, device, reason: 'unknown', message: '' });
        else fail();
        for (let i = 0; i < 4; i++) {
          await turn();
          expect(sentences(page).length, sentences(page).join(' | ')).toBeLessThan(2);
        }
      }
    };
    const back = async (work: (typeof WORK)[number], loads: number): Promise<void> => {
      await until(() => page.worker.of('load').length === loads && page.model.getState().load.status === 'ready');
      for (let i = 0; i < 4; i++) await turn();
      const running = isRunning(page.generation.getState().status);
      // A run that has gone on says it by that.
      const said = running ? [] : [expect.stringMatching(/has been opened again.*Press Run to go on/)];
      expect(sentences(page)).toEqual(said);
      if (work === 'run') expect(running).toBe(true);
    };
    await strike(one, firstHeard);
    await back(one, 2);
    await strike(two, thenHeard);
    await back(two, 3);
    expect(page.worker.of('load').map(({ light = false }) => light)).toEqual([false, false, true]);
    await strike('row', 'lost');
    await turn();
    const end = [expect.stringMatching(/lost three times within two minutes\. Restart the browser/)];
    expect(sentences(page)).toEqual(end);
    // Whatever is still on its way: nothing is said beside it.
    fail();
    page.worker.say({ type: 'lost', run: 0, device: 1, reason: 'unknown', message: 'late' });
    for (let i = 0; i < 10; i++) await turn();
    expect(sentences(page)).toEqual(end);
    expect(page.rows.getState().selected.status).toBe('no_model');
  },
);

test('a late word of the first loss does not take the model that came after it', async () => {
  const page = await open();
  loseDevice(page);
  await until(() => page.model.getState().loss.kind === 'reopened');
  page.worker.say({ type: 'lost', run: 0, device: 1, reason: 'unknown', message: 'late' });
  await turn();
  expect(page.model.getState()).toMatchObject({ load: { status: 'ready' }, loss: { kind: 'reopened' } });
});

test('lost between the last word of a load and its end: the model is opened again', async () => {
  const page = await open();
  const loading = page.model.getState().reopen();
  await until(() => page.model.getState().load.status === 'loading');
  // The device of the load under way, named before the page has heard of its end.
  page.worker.say({ type: 'lost', run: 0, device: 2, reason: 'unknown', message: 'early' });
  await loading;
  await until(() => page.model.getState().loss.kind === 'reopened');
  expect(page.worker.of('load')).toHaveLength(3);
  expect(page.model.getState().load).toMatchObject({ status: 'ready', model: { device: 3 } });
});
