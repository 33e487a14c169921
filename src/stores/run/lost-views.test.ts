// Views whose device or worker goes while they compute: each fills by itself with the numbers of one that nothing befell, and one sentence says so.
import { expect, test } from 'vitest';
import { until } from '../../../e2e/support/scripted-engine.ts';
import type { Page } from '../../../e2e/support/scripted-page.ts';
import { visitsOf } from '../../../e2e/support/visits.ts';
import type { Command } from '../../protocol/commands.ts';
import { lossLine } from '../model/loss-line.ts';
import { breakRun, REASONS, type Reason } from './loss.fixture.ts';

const { visit } = visitsOf('real');

interface View {
  readonly asks: Command['type'] | readonly Command['type'][];
  /** The model is so large that nothing of the text is computed unasked. */
  readonly large?: true;
  /** Work that a person begins: it says that it goes on by going on. */
  readonly begun?: true;
  readonly open: (page: Page) => void;
  /** What it shows; null until all of it is there. */
  readonly shown: (page: Page) => unknown;
}

/** Every token but the first has its numbers. */
const scored = ({ document }: Page): boolean =>
  document
    .getState()
    .tokens.slice(1)
    .every(({ stats }) => stats !== undefined);

const VIEWS: Readonly<Record<string, View>> = {
  'the row of a token': {
    asks: ['row', 'prefill'],
    open: p => p.document.getState().selectToken(3),
    shown: ({ rows }) => (rows.getState().selected.status === 'ready' ? rows.getState().selected : null),
  },
  'the scores of the text': {
    asks: 'score',
    large: true,
    begun: true,
    open: p => void p.scores.getState().score(),
    shown: p => (scored(p) ? p.document.getState().tokens : null),
  },
  lens: {
    asks: 'lens',
    open: ({ lens }) => {
      lens.getState().enter();
      lens.getState().see(0, 8);
    },
    shown: ({ lens }) => {
      const { probe, layers, columns, cell } = lens.getState();
      if (probe.status !== 'ready') return null;
      return Array.from({ length: layers }, (_, layer) => Array.from({ length: columns }, (_, t) => cell(layer, t)));
    },
  },
  'rows of attention': {
    asks: 'attention',
    open: p => p.attention.getState().enter(),
    shown: ({ attention }) => (attention.getState().probe.status === 'ready' ? attention.getState().row : null),
  },
  'a map of attention': {
    asks: 'attention_map',
    open: ({ attention }) => {
      const { setPanel, choose, enter } = attention.getState();
      setPanel('map');
      choose({ layer: 0, head: 0 });
      enter();
    },
    shown: ({ attention }) => (attention.getState().mapProbe.status === 'ready' ? attention.getState().map : null),
  },
  ablation: {
    asks: 'ablate',
    open: ({ ablation }) => {
      ablation.getState().toggle({ kind: 'mlp', layer: 0 });
      ablation.getState().enter();
    },
    shown: ({ ablation }) => (ablation.getState().probe.status === 'ready' ? ablation.getState().comparison : null),
  },
  'a sweep': {
    asks: 'sweep',
    begun: true,
    open: ({ ablation }) => {
      ablation.getState().enter();
      void until(() => ablation.getState().target !== null).then(() => ablation.getState().runSweep());
    },
    shown: ({ ablation }) => (ablation.getState().sweepTask.status === 'done' ? ablation.getState().sweep : null),
  },
  'a trace': {
    asks: 'trace',
    open: ({ view, follow }) => {
      view.getState().setFollowStep('embed');
      follow.getState().enter();
    },
    shown: ({ follow }) => {
      const { probe, followed } = follow.getState();
      return probe.status === 'ready' && followed ? { ...followed, trace: { ...followed.trace, run: 0 } } : null;
    },
  },
  pins: {
    asks: 'pinned',
    open: ({ pins, pinLines }) => {
      pins.getState().pin(5);
      pinLines.getState().enter();
    },
    shown: ({ pins, pinLines }) => (pinLines.getState().probe.status === 'ready' ? pins.getState().logits : null),
  },
};

/** What a view shows in the end, where its work was struck and where it was not. */
async function seen({ asks, large, open, shown }: View, reason: Reason | null): Promise<{ page: Page; told: unknown }> {
  let page: Page | null = null;
  let left = reason === null ? 0 : 1;
  let opened = false;
  page = await visit({
    ...(large && { model: { parameters: 3e9 } }),
    intercept: command => {
      if (opened && [asks].flat().includes(command.type) && reason !== null && page !== null && left-- > 0)
        breakRun(page, command.run, reason, ({ type }) => type !== 'done');
      return false;
    },
  });
  const p = page;
  // What is computed unasked is through, and no part of the view.
  await until(() => {
    const { selected } = p.rows.getState();
    if (large) return selected.status === 'costly';
    return selected.status === 'ready' && scored(p);
  });
  opened = true;
  open(p);
  await until(() => left <= 0 && shown(p) !== null && p.model.getState().load.status === 'ready');
  return { page: p, told: shown(p) };
}

test.each(Object.keys(VIEWS))('%s', async name => {
  const view = VIEWS[name];
  if (view === undefined) throw new Error(name);
  const whole = await seen(view, null);
  for (const reason of REASONS) {
    const { page, told } = await seen(view, reason);
    expect(page.worker.of('load'), reason).toHaveLength(reason === 'worker crashes' ? 1 : 2);
    expect(told).toEqual(whole.told);
    const line = lossLine(page.model.getState(), page.generation.getState().status)?.text ?? null;
    if (!view.begun) expect(line, reason).toMatch(/has been opened again/);
    else expect(line, reason).toBeNull();
  }
});

test('scores that had given way to a row whose device went under it go on', async () => {
  let page: Page | null = null;
  let waiting = 0;
  let struck = false;
  page = await visit({
    model: { parameters: 3e9 },
    intercept: (command, say) => {
      if (command.type === 'score' && waiting === 0) {
        waiting = command.run;
        return true;
      }
      if (command.type === 'cancel' && command.run === waiting) {
        say({ type: 'failed', run: waiting, error: { code: 'cancelled', message: '', detail: {} } });
        return true;
      }
      if (['row', 'prefill'].includes(command.type) && waiting > 0 && !struck && page !== null) {
        struck = true;
        breakRun(page, command.run, 'device lost', () => true);
      }
      return false;
    },
  });
  const { scores, rows, worker } = page;
  void scores.getState().score();
  await until(() => waiting > 0);
  void rows.getState().fetchSelected();
  await until(() => scores.getState().task.status !== 'working');
  expect(scores.getState().task).toMatchObject({ status: 'done', error: null });
  expect(struck).toBe(true);
  expect(worker.of('load')).toHaveLength(2);
  expect(scored(page)).toBe(true);
});
