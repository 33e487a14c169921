// The one way a view of the inside lives: what it says in each state, and when it computes.
import { describe, expect, test } from 'vitest';
import { until } from '../../../e2e/support/scripted-engine.ts';
import { idle, ids, loseDevice } from '../../../e2e/support/scripted-page.ts';
import { watchedProbe } from './probe-view.fixture.ts';
import { MOST_SECONDS, MOVE_MS, RUN_MS, SETTLE_MS } from './times.ts';

const probe = watchedProbe();
const { open, pass, now, count, append } = probe;

describe('what it computes', () => {
  test('nothing while it is closed; all that is missing once it is open; nothing twice', async () => {
    await open();
    await pass(1000);
    expect(probe.states).toEqual([]);
    probe.view.enter();
    expect(now()).toEqual({ status: 'waiting' });
    await pass(0);
    expect(probe.fetched).toEqual([...ids(probe.page).keys()]);
    const progress = probe.states.flatMap(state => (state.status === 'working' ? [state.done] : []));
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(now()).toEqual({ status: 'ready' });
    probe.page.document.getState().selectToken(2);
    await pass(1000);
    expect(now()).toEqual({ status: 'ready' });
    expect(probe.fetched).toHaveLength(count());
  });

  test('a text that has grown keeps what it shares; it is computed on once it has rested', async () => {
    await open();
    probe.view.enter();
    await pass(0);
    const before = count();
    append(' and a fox');
    expect(now()).toEqual({ status: 'waiting' });
    await pass(SETTLE_MS - 1);
    expect(probe.fetched).toHaveLength(before);
    await pass(1);
    expect(probe.fetched.slice(before)).toEqual([...ids(probe.page).keys()].slice(before));
    const grown = probe.fetched.length;
    probe.page.document.getState().edit(0, 4, 'Twice');
    probe.page.document.getState().selectToken('end');
    await pass(SETTLE_MS);
    expect(probe.fetched.slice(grown)).toEqual([...ids(probe.page).keys()]);
    expect(now()).toEqual({ status: 'ready' });
  });

  test('work for another text or place ends; work that brings what is wanted goes on', async () => {
    probe.held = [];
    await open();
    probe.view.enter();
    await pass(0);
    expect(probe.fetched).toEqual([0]);
    probe.page.document.getState().selectToken(2);
    expect(now()).toMatchObject({ status: 'working' });
    probe.page.document.getState().edit(0, 4, 'Twice');
    expect(now()).toEqual({ status: 'waiting' });
    probe.held = null;
    await pass(SETTLE_MS);
    expect(probe.fetched).toContain(1);
    expect(now()).toEqual({ status: 'ready' });
  });

  test('an answer that comes although the work was interrupted is asked for again', async () => {
    probe.held = [];
    await open();
    probe.view.enter();
    await pass(0);
    const row = probe.page.rows.getState().fetchSelected();
    probe.held[0]?.();
    probe.held = null;
    await row;
    await pass(0);
    expect(probe.fetched.slice(0, 2)).toEqual([0, 0]);
    expect(now()).toEqual({ status: 'ready' });
  });

  test('the first answer opens the view and is no measure; the later ones are', async () => {
    await open();
    probe.view.enter();
    await pass(0);
    expect(probe.measured[0]).toBeNull();
    expect(probe.measured.slice(1).every(ms => ms === 0)).toBe(true);
    expect(probe.measured).toHaveLength(count());
  });
});

describe('what it says', () => {
  test('no model and an empty text are no question', async () => {
    await open();
    probe.view.enter();
    probe.page.document.getState().setText('');
    expect(now()).toEqual({ status: 'empty' });
    expect(probe.shown.at(-1)).toBe(-1);
    const loading = probe.page.model.getState().loadModel({ kind: 'hub', repo: 'a/b', revision: 'main' });
    expect(now()).toEqual({ status: 'no_model' });
    await loading;
    expect(now()).toEqual({ status: 'empty' });
    expect(probe.fetched).toEqual([]);
  });

  test('what takes long is asked about first, and the button stays while places change', async () => {
    probe.secondsEach = MOST_SECONDS;
    await open();
    probe.view.enter();
    await pass(0);
    expect(now()).toEqual({ status: 'costly', seconds: count() });
    expect(probe.fetched).toEqual([]);
    const told = probe.states.length;
    probe.view.look(MOVE_MS);
    await pass(MOVE_MS);
    expect(probe.states).toHaveLength(told);
    await probe.view.compute();
    expect(now()).toEqual({ status: 'ready' });
    expect(probe.fetched).toHaveLength(count());
  });

  test('what turns out to take long asks with what has come, and goes on from there', async () => {
    await open();
    probe.view.enter();
    probe.held = [];
    await pass(0);
    probe.secondsEach = MOST_SECONDS;
    probe.held[0]?.();
    await pass(0);
    expect(now()).toEqual({ status: 'costly', seconds: count() - 1 });
    expect(probe.fetched).toEqual([0]);
    probe.held = null;
    await probe.view.compute();
    expect(probe.fetched).toEqual([...ids(probe.page).keys()]);
  });

  test('what a person asked for goes on by itself when the model was lost under it; what they did not is asked about', async () => {
    probe.secondsEach = MOST_SECONDS;
    await open();
    probe.view.enter();
    await pass(0);
    for (const asked of [true, false]) {
      probe.held = [];
      if (asked) {
        void probe.view.compute();
        await pass(0);
        probe.held[0]?.();
        await pass(0);
        expect(now()).toMatchObject({ status: 'working', done: 1 });
      } else probe.known = { ids: new Uint32Array(0), values: [] };
      loseDevice(probe.page);
      await pass(0);
      probe.held = null;
      await until(() => probe.page.model.getState().load.status === 'ready');
      await pass(MOVE_MS);
      expect(now()).toMatchObject({ status: asked ? 'ready' : 'costly' });
    }
  });

  test('what a person asked for is asked about again where the model went for good, and came back by their wish', async () => {
    probe.secondsEach = MOST_SECONDS;
    await open();
    probe.view.enter();
    await pass(0);
    probe.held = [];
    void probe.view.compute();
    await pass(0);
    const { model } = probe.page;
    model.getState().unload('person');
    await pass(0);
    probe.held = null;
    await model.getState().retry();
    await until(() => model.getState().load.status === 'ready');
    await pass(MOVE_MS);
    expect(now()).toMatchObject({ status: 'costly' });
  });

  test('what cost much is no longer asked about once other work has filled the cache', async () => {
    await open({ model: { parameters: 3e9 } });
    probe.view.enter();
    await pass(0);
    expect(now()).toMatchObject({ status: 'costly' });
    await probe.page.rows.getState().fetchSelected();
    await pass(MOVE_MS);
    expect(now()).toEqual({ status: 'ready' });
  });

  test('a run comes first, and the text that it adds is shown a few times a second', async () => {
    await open();
    probe.view.enter();
    await pass(0);
    probe.page.settings.getState().change({ max_new_tokens: 4 });
    const before = count();
    const looks = probe.shown.length;
    void probe.page.generation.getState().run();
    await idle(probe.page);
    expect(probe.shown.length - looks).toBeLessThanOrEqual(3);
    expect(probe.fetched).toHaveLength(before);
    await pass(RUN_MS);
    expect(count()).toBe(before + 4);
    expect(probe.shown.at(-1)).toBe(before + 4);
    expect(probe.fetched).toHaveLength(before + 4);
  });

  test('while a run is on, what is missing comes after it', async () => {
    probe.held = [];
    await open();
    probe.view.enter();
    await pass(0);
    void probe.page.generation.getState().run();
    expect(now()).toEqual({ status: 'running' });
    probe.held = null;
    await idle(probe.page);
    await pass(1000);
    expect(now()).toEqual({ status: 'ready' });
  });
});
