// The one way a view of the inside lives: what it says in each state, when it computes, what ends its work, and when its memory goes back.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { turn, until } from '../../../e2e/support/scripted-engine.ts';
import {
  idle,
  ids,
  loseDevice,
  type Page,
  type PageOptions,
  readyPage,
  text,
} from '../../../e2e/support/scripted-page.ts';
import { NucleusError } from '../../lib/error.ts';
import { sameIds, sharedLength } from '../document/sequence.ts';
import type { ProbeSpec } from './probe-spec.ts';
import type { ProbeState } from './probe-state.ts';
import { createProbeView, type ProbeView } from './probe-view.ts';
import { KEPT_MS, MOST_SECONDS, MOVE_MS, RUN_MS, SETTLE_MS } from './times.ts';

/** Asks for one number of every position of the text before the place: how often it has been asked for. */
interface Question {
  readonly ids: Uint32Array;
}

let page: Page;
let view: ProbeView;
let states: ProbeState[];
let fetched: number[];
let models: string[];
let secondsEach: number;
let fail: NucleusError | null;
/** Answers wait for the test to let them go, one at a time. */
let held: (() => void)[] | null;
let known: { ids: Uint32Array; values: number[] };
let shown: number[];
let measured: (number | null)[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  [states, fetched, models, shown, measured] = [[], [], [], [], []];
  [secondsEach, fail, held] = [0, null, null];
  known = { ids: new Uint32Array(0), values: [] };
});
afterEach(() => {
  view.dispose();
  page.dispose();
  vi.useRealTimers();
});

const spec = (): ProbeSpec<Question, number, number> => ({
  memory: ['lens'],
  tell: state => states.push(state),
  begin: (model, other) => {
    models.push(`${model.key} ${other ? 'other' : 'same'}`);
    if (other) known = { ids: new Uint32Array(0), values: [] };
  },
  hold: ({ ids: now }) => {
    known = { ids: now, values: known.values.slice(0, sharedLength(now, known.ids)) };
  },
  ask: ({ ids: all, place }) => {
    const before = place === 'end' ? all : all.subarray(0, place);
    return before.length === 0 ? { status: 'empty' } : { question: { ids: before } };
  },
  show: (_, question) => shown.push(question?.ids.length ?? -1),
  missing: ({ ids: wanted }) => Array.from(wanted.keys()).filter(at => known.values[at] === undefined),
  same: (a, b) => sameIds(a.ids, b.ids),
  covers: (under, now) => sharedLength(under.ids, now.ids) === now.ids.length,
  reads: (at, question) => question.ids.subarray(0, at + 1),
  seconds: pieces => pieces.length * secondsEach,
  fetch: async (at, _, signal) => {
    fetched.push(at);
    if (fail !== null) throw fail;
    if (held === null) await turn();
    else {
      await new Promise<void>((resolve, reject) => {
        held?.push(resolve);
        signal.addEventListener('abort', () => reject(new NucleusError('cancelled', 'ended')));
      });
    }
    return at;
  },
  accept: (at, _, question, ms) => {
    measured.push(ms);
    if (sharedLength(question.ids, known.ids) > at) known.values[at] = at;
  },
});

async function open(options: PageOptions = {}): Promise<void> {
  page = await readyPage({ firstText: 'Once upon a time', ...options });
  await pass(1000);
  view = createProbeView(page, spec());
}

async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  for (let i = 0; i < 40; i++) await turn();
}

const now = (): ProbeState => states.at(-1) ?? { status: 'closed' };
const count = (): number => ids(page).length;
const append = (words: string) => page.document.getState().edit(text(page).length, text(page).length, words);

describe('what it computes', () => {
  test('nothing while it is closed; all that is missing once it is open; nothing twice', async () => {
    await open();
    await pass(1000);
    expect(states).toEqual([]);
    view.enter();
    expect(now()).toEqual({ status: 'waiting' });
    await pass(0);
    expect(fetched).toEqual([...ids(page).keys()]);
    const progress = states.flatMap(state => (state.status === 'working' ? [state.done] : []));
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(now()).toEqual({ status: 'ready' });
    page.document.getState().selectToken(2);
    await pass(1000);
    expect(now()).toEqual({ status: 'ready' });
    expect(fetched).toHaveLength(count());
  });

  test('a text that has grown keeps what it shares; it is computed on once it has rested', async () => {
    await open();
    view.enter();
    await pass(0);
    const before = count();
    append(' and a fox');
    expect(now()).toEqual({ status: 'waiting' });
    await pass(SETTLE_MS - 1);
    expect(fetched).toHaveLength(before);
    await pass(1);
    expect(fetched.slice(before)).toEqual([...ids(page).keys()].slice(before));
    const grown = fetched.length;
    page.document.getState().edit(0, 4, 'Twice');
    page.document.getState().selectToken('end');
    await pass(SETTLE_MS);
    expect(fetched.slice(grown)).toEqual([...ids(page).keys()]);
    expect(now()).toEqual({ status: 'ready' });
  });

  test('work for another text or place ends; work that brings what is wanted goes on', async () => {
    held = [];
    await open();
    view.enter();
    await pass(0);
    expect(fetched).toEqual([0]);
    page.document.getState().selectToken(2);
    expect(now()).toMatchObject({ status: 'working' });
    page.document.getState().edit(0, 4, 'Twice');
    expect(now()).toEqual({ status: 'waiting' });
    held = null;
    await pass(SETTLE_MS);
    expect(fetched).toContain(1);
    expect(now()).toEqual({ status: 'ready' });
  });

  test('an answer that comes although the work was interrupted is asked for again', async () => {
    held = [];
    await open();
    view.enter();
    await pass(0);
    const row = page.rows.getState().fetchSelected();
    held[0]?.();
    held = null;
    await row;
    await pass(0);
    expect(fetched.slice(0, 2)).toEqual([0, 0]);
    expect(now()).toEqual({ status: 'ready' });
  });

  test('the first answer opens the view and is no measure; the later ones are', async () => {
    await open();
    view.enter();
    await pass(0);
    expect(measured[0]).toBeNull();
    expect(measured.slice(1).every(ms => ms === 0)).toBe(true);
    expect(measured).toHaveLength(count());
  });
});

describe('what it says', () => {
  test('no model and an empty text are no question', async () => {
    await open();
    view.enter();
    page.document.getState().setText('');
    expect(now()).toEqual({ status: 'empty' });
    expect(shown.at(-1)).toBe(-1);
    const loading = page.model.getState().loadModel({ kind: 'hub', repo: 'a/b', revision: 'main' });
    expect(now()).toEqual({ status: 'no_model' });
    await loading;
    expect(now()).toEqual({ status: 'empty' });
    expect(fetched).toEqual([]);
  });

  test('what takes long is asked about first, and the button stays while places change', async () => {
    secondsEach = MOST_SECONDS;
    await open();
    view.enter();
    await pass(0);
    expect(now()).toEqual({ status: 'costly', seconds: count() });
    expect(fetched).toEqual([]);
    const told = states.length;
    view.look(MOVE_MS);
    await pass(MOVE_MS);
    expect(states).toHaveLength(told);
    await view.compute();
    expect(now()).toEqual({ status: 'ready' });
    expect(fetched).toHaveLength(count());
  });

  test('what turns out to take long asks with what has come, and goes on from there', async () => {
    await open();
    view.enter();
    held = [];
    await pass(0);
    secondsEach = MOST_SECONDS;
    held[0]?.();
    await pass(0);
    expect(now()).toEqual({ status: 'costly', seconds: count() - 1 });
    expect(fetched).toEqual([0]);
    held = null;
    await view.compute();
    expect(fetched).toEqual([...ids(page).keys()]);
  });

  test('what a person asked for goes on by itself when the model was lost under it; what they did not is asked about', async () => {
    secondsEach = MOST_SECONDS;
    await open();
    view.enter();
    await pass(0);
    for (const asked of [true, false]) {
      held = [];
      if (asked) {
        void view.compute();
        await pass(0);
        held[0]?.();
        await pass(0);
        expect(now()).toMatchObject({ status: 'working', done: 1 });
      } else known = { ids: new Uint32Array(0), values: [] };
      loseDevice(page);
      await pass(0);
      held = null;
      await until(() => page.model.getState().load.status === 'ready');
      await pass(MOVE_MS);
      expect(now()).toMatchObject({ status: asked ? 'ready' : 'costly' });
    }
  });

  test('what a person asked for is asked about again where the model went for good, and came back by their wish', async () => {
    secondsEach = MOST_SECONDS;
    await open();
    view.enter();
    await pass(0);
    held = [];
    void view.compute();
    await pass(0);
    const { model } = page;
    model.getState().unload('person');
    await pass(0);
    held = null;
    await model.getState().retry();
    await until(() => model.getState().load.status === 'ready');
    await pass(MOVE_MS);
    expect(now()).toMatchObject({ status: 'costly' });
  });

  test('what cost much is no longer asked about once other work has filled the cache', async () => {
    await open({ model: { parameters: 3e9 } });
    view.enter();
    await pass(0);
    expect(now()).toMatchObject({ status: 'costly' });
    await page.rows.getState().fetchSelected();
    await pass(MOVE_MS);
    expect(now()).toEqual({ status: 'ready' });
  });

  test('a run comes first, and the text that it adds is shown a few times a second', async () => {
    await open();
    view.enter();
    await pass(0);
    page.settings.getState().change({ max_new_tokens: 4 });
    const before = count();
    const looks = shown.length;
    void page.generation.getState().run();
    await idle(page);
    expect(shown.length - looks).toBeLessThanOrEqual(3);
    expect(fetched).toHaveLength(before);
    await pass(RUN_MS);
    expect(count()).toBe(before + 4);
    expect(shown.at(-1)).toBe(before + 4);
    expect(fetched).toHaveLength(before + 4);
  });

  test('while a run is on, what is missing comes after it', async () => {
    held = [];
    await open();
    view.enter();
    await pass(0);
    void page.generation.getState().run();
    expect(now()).toEqual({ status: 'running' });
    held = null;
    await idle(page);
    await pass(1000);
    expect(now()).toEqual({ status: 'ready' });
  });
});

describe('what ends it', () => {
  test('a person: what has come stays, and nothing begins until the question is another one or they ask', async () => {
    held = [];
    await open();
    view.enter();
    await pass(0);
    held[0]?.();
    await until(() => fetched.length === 2);
    view.stop();
    await pass(0);
    expect(now()).toEqual({ status: 'stopped' });
    view.look(0);
    await pass(1000);
    expect(fetched).toEqual([0, 1]);
    held = null;
    append(' and');
    await pass(SETTLE_MS);
    expect(now()).toEqual({ status: 'ready' });
    expect(fetched.filter(at => at === 0)).toEqual([0]);
  });

  test('a person while it waits for the text to rest', async () => {
    await open();
    view.enter();
    view.stop();
    await pass(1000);
    expect(now()).toEqual({ status: 'stopped' });
    expect(fetched).toEqual([]);
    await view.compute();
    expect(now()).toEqual({ status: 'ready' });
  });

  test('a failure is told for its question alone; without memory for every question until a person asks', async () => {
    fail = new NucleusError('nan_logits', 'no numbers');
    await open();
    view.enter();
    await pass(0);
    expect(now()).toMatchObject({ status: 'failed', error: { code: 'nan_logits' } });
    view.look(0);
    await pass(1000);
    expect(fetched).toEqual([0]);
    fail = new NucleusError('out_of_memory', 'no room');
    append(' and');
    await pass(SETTLE_MS);
    expect(fetched).toEqual([0, 0]);
    append(' a');
    await pass(SETTLE_MS);
    expect(fetched).toEqual([0, 0]);
    expect(now()).toMatchObject({ status: 'failed', error: { code: 'out_of_memory' } });
    fail = null;
    await view.compute();
    expect(now()).toEqual({ status: 'ready' });
  });

  test('another model: what was known is gone, the same weights on a new device keep it', async () => {
    await open();
    view.enter();
    await pass(0);
    expect(models).toEqual([expect.stringMatching(/ other$/)]);
    await page.model.getState().reopen();
    await pass(1000);
    expect(models.at(-1)).toMatch(/ same$/);
    expect(fetched).toHaveLength(count());
    await page.model.getState().loadModel({ kind: 'hub', repo: 'a/b', revision: 'main' });
    await pass(1000);
    expect(models.at(-1)).toMatch(/a\/b.* other$/);
    expect(fetched).toHaveLength(2 * count());
  });

  test('a model that changed while it was closed is noticed when it opens', async () => {
    await open();
    view.enter();
    await pass(0);
    view.leave();
    await page.model.getState().loadModel({ kind: 'hub', repo: 'a/b', revision: 'main' });
    await pass(1000);
    expect(fetched).toHaveLength(count());
    view.enter();
    expect(now()).toEqual({ status: 'waiting' });
    await pass(0);
    expect(fetched).toHaveLength(2 * count());
  });
});

describe('its memory', () => {
  const closed = () => page.worker.of('close_view').map(command => command.view);

  test('is given back when the last holder has been gone for a while', async () => {
    await open();
    view.enter();
    view.enter();
    await pass(0);
    view.leave();
    await pass(KEPT_MS);
    expect(now()).toEqual({ status: 'ready' });
    view.leave();
    expect(now()).toEqual({ status: 'closed' });
    view.leave();
    await pass(KEPT_MS - 1);
    view.enter();
    await pass(KEPT_MS);
    expect(closed()).toEqual([]);
    view.leave();
    await pass(KEPT_MS);
    expect(closed()).toEqual(['lens']);
  });

  test('stays as long as another view holds the same, and is not given back twice', async () => {
    await open();
    const other = createProbeView(page, spec());
    view.enter();
    other.enter();
    await pass(0);
    view.leave();
    await pass(KEPT_MS);
    expect(closed()).toEqual([]);
    other.leave();
    await pass(KEPT_MS);
    expect(closed()).toEqual(['lens']);
    view.enter();
    view.leave();
    await pass(KEPT_MS);
    expect(closed()).toEqual(['lens']);
    other.dispose();
  });

  test('goes with its model', async () => {
    await open();
    view.enter();
    await pass(0);
    view.leave();
    await page.model.getState().loadModel({ kind: 'hub', repo: 'a/b', revision: 'main' });
    await pass(KEPT_MS);
    expect(closed()).toEqual([]);
  });
});
