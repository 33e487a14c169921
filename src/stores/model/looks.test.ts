// The looks before a download on a scripted worker: at a model, and at one of several; what is forgotten, and when.
import { describe, expect, test } from 'vitest';
import { FORMATS, until } from '../../../e2e/support/scripted-engine.ts';
import { type Page, readyPage } from '../../../e2e/support/scripted-page.ts';
import type { Command } from '../../protocol/commands.ts';
import type { EngineEvent, InspectedEvent } from '../../protocol/events.ts';
import { GPT2, kept } from './load.fixture.ts';

const inspected = (run: number): InspectedEvent => ({
  type: 'inspected',
  run,
  files: [{ name: 'model.safetensors', bytes: 5 }],
  totalBytes: 5,
  parameters: 1,
  dtype: 'f32',
  format: 'stored',
  formats: FORMATS,
  context: { n_ctx: 1024, slotLimit: 1e6, slotBytes: 8, baseBytes: 1 },
  halfContext: { n_ctx: 1024, slotLimit: 1e6, slotBytes: 4, baseBytes: 1 },
  allowed: 1024,
  gpuBytes: 9,
  fits: true,
  reason: '',
  commit: 'abc',
  cached: false,
  warnings: [],
});

describe('at a model', () => {
  test('shows what the worker found, and forgets it', async () => {
    const page = kept(
      await readyPage({
        intercept: (command, say) => {
          if (command.type !== 'inspect') return false;
          say(inspected(command.run));
          say({ type: 'done', run: command.run });
          return true;
        },
      }),
    );
    await page.model.getState().inspect(GPT2);
    expect(page.model.getState().inspection).toMatchObject({ status: 'ready', source: GPT2, result: { gpuBytes: 9 } });
    page.model.getState().forgetInspection();
    expect(page.model.getState().inspection).toEqual({ status: 'none' });
  });

  test('the answer to an earlier question is dropped', async () => {
    const answers: (() => void)[] = [];
    const page = kept(
      await readyPage({
        intercept: (command, say) => {
          if (command.type !== 'inspect') return false;
          answers.push(() => {
            say(inspected(command.run));
            say({ type: 'done', run: command.run });
          });
          return true;
        },
      }),
    );
    const first = page.model.getState().inspect(GPT2);
    const other = { ...GPT2, repo: 'distilbert/distilgpt2' };
    const second = page.model.getState().inspect(other);
    await until(() => answers.length === 2);
    for (const answer of answers.reverse()) answer();
    await Promise.all([first, second]);
    expect(page.model.getState().inspection).toMatchObject({ status: 'ready', source: other });
  });
});

describe('at one of several', () => {
  const several = { ...GPT2, repo: 'a/several' };
  const one = { ...several, file: 'a.gguf' };
  const none = { status: 'none' };
  /** The repository alone is several models; looks at one of them wait in `waiting` where they are held. */
  const waiting: (() => void)[] = [];
  const open = async (hold = false): Promise<Page> => {
    waiting.length = 0;
    const answer = (command: Extract<Command, { type: 'inspect' }>, say: (event: EngineEvent) => void) => {
      const { run, source } = command;
      if (source.kind === 'hub' && source.file === undefined)
        say({ type: 'failed', run, error: { code: 'choose_file', message: '', detail: { choices: '[]' } } });
      else {
        say(inspected(run));
        say({ type: 'done', run });
      }
    };
    const page = kept(
      await readyPage({
        intercept: (command, say) => {
          if (command.type === 'cancel')
            say({ type: 'failed', run: command.run, error: { code: 'cancelled', message: '', detail: {} } });
          if (command.type !== 'inspect') return false;
          if (hold && command.source.kind === 'hub' && command.source.file !== undefined)
            waiting.push(() => answer(command, say));
          else answer(command, say);
          return true;
        },
      }),
    );
    await page.model.getState().inspect(several);
    return page;
  };

  test('what is to be chosen from stays, and asks for nothing more', async () => {
    const page = await open();
    const list = page.model.getState().inspection;
    expect(list).toMatchObject({ status: 'failed', source: several, error: { code: 'choose_file' } });
    await page.model.getState().inspectChosen(one);
    expect(page.model.getState().chosen).toMatchObject({ status: 'ready', source: one });
    page.model.getState().forgetChosen();
    expect([page.model.getState().inspection, page.model.getState().chosen]).toEqual([list, none]);
    expect(page.worker.of('inspect').map(({ source }) => source)).toEqual([several, one]);
  });

  test('is forgotten with the list, and by a look at another model', async () => {
    const page = await open();
    await page.model.getState().inspectChosen(one);
    page.model.getState().forgetInspection();
    expect([page.model.getState().inspection, page.model.getState().chosen]).toEqual([none, none]);
    await page.model.getState().inspectChosen(one);
    await page.model.getState().inspect(several);
    expect(page.model.getState().chosen).toEqual(none);
  });

  test('one under way ends when it is forgotten, when another begins, and with a load', async () => {
    const page = await open(true);
    const other = { ...several, file: 'b.gguf' };
    const first = page.model.getState().inspectChosen(one);
    await until(() => waiting.length === 1);
    page.model.getState().forgetChosen();
    const second = page.model.getState().inspectChosen(other);
    await until(() => waiting.length === 2);
    waiting[1]?.();
    await Promise.all([first, second]);
    expect(page.model.getState().chosen).toMatchObject({ status: 'ready', source: other });
    const third = page.model.getState().inspectChosen(one);
    await until(() => waiting.length === 3);
    await page.model.getState().loadDefault();
    await third;
    expect(page.model.getState().chosen).toEqual(none);
  });
});
