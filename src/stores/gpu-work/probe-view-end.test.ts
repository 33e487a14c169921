// The end of what a view of the inside does: a person, a failure, another model; and when its memory goes back.
import { describe, expect, test } from 'vitest';
import { until } from '../../../e2e/support/scripted-engine.ts';
import { NucleusError } from '../../lib/error.ts';
import { watchedProbe } from './probe-view.fixture.ts';
import { createProbeView } from './probe-view.ts';
import { KEPT_MS, SETTLE_MS } from './times.ts';

const probe = watchedProbe();
const { open, pass, now, count, append, spec } = probe;

describe('what ends it', () => {
  test('a person: what has come stays, and nothing begins until the question is another one or they ask', async () => {
    probe.held = [];
    await open();
    probe.view.enter();
    await pass(0);
    probe.held[0]?.();
    await until(() => probe.fetched.length === 2);
    probe.view.stop();
    await pass(0);
    expect(now()).toEqual({ status: 'stopped' });
    probe.view.look(0);
    await pass(1000);
    expect(probe.fetched).toEqual([0, 1]);
    probe.held = null;
    append(' and');
    await pass(SETTLE_MS);
    expect(now()).toEqual({ status: 'ready' });
    expect(probe.fetched.filter(at => at === 0)).toEqual([0]);
  });

  test('a person while it waits for the text to rest', async () => {
    await open();
    probe.view.enter();
    probe.view.stop();
    await pass(1000);
    expect(now()).toEqual({ status: 'stopped' });
    expect(probe.fetched).toEqual([]);
    await probe.view.compute();
    expect(now()).toEqual({ status: 'ready' });
  });

  test('a failure is told for its question alone; without memory for every question until a person asks', async () => {
    probe.fail = new NucleusError('nan_logits', 'no numbers');
    await open();
    probe.view.enter();
    await pass(0);
    expect(now()).toMatchObject({ status: 'failed', error: { code: 'nan_logits' } });
    probe.view.look(0);
    await pass(1000);
    expect(probe.fetched).toEqual([0]);
    probe.fail = new NucleusError('out_of_memory', 'no room');
    append(' and');
    await pass(SETTLE_MS);
    expect(probe.fetched).toEqual([0, 0]);
    append(' a');
    await pass(SETTLE_MS);
    expect(probe.fetched).toEqual([0, 0]);
    expect(now()).toMatchObject({ status: 'failed', error: { code: 'out_of_memory' } });
    probe.fail = null;
    await probe.view.compute();
    expect(now()).toEqual({ status: 'ready' });
  });

  test('another model: what was known is gone, the same weights on a new device keep it', async () => {
    await open();
    probe.view.enter();
    await pass(0);
    expect(probe.models).toEqual([expect.stringMatching(/ other$/)]);
    await probe.page.model.getState().reopen();
    await pass(1000);
    expect(probe.models.at(-1)).toMatch(/ same$/);
    expect(probe.fetched).toHaveLength(count());
    await probe.page.model.getState().loadModel({ kind: 'hub', repo: 'a/b', revision: 'main' });
    await pass(1000);
    expect(probe.models.at(-1)).toMatch(/a\/b.* other$/);
    expect(probe.fetched).toHaveLength(2 * count());
  });

  test('a model that changed while it was closed is noticed when it opens', async () => {
    await open();
    probe.view.enter();
    await pass(0);
    probe.view.leave();
    await probe.page.model.getState().loadModel({ kind: 'hub', repo: 'a/b', revision: 'main' });
    await pass(1000);
    expect(probe.fetched).toHaveLength(count());
    probe.view.enter();
    expect(now()).toEqual({ status: 'waiting' });
    await pass(0);
    expect(probe.fetched).toHaveLength(2 * count());
  });
});

describe('its memory', () => {
  const closed = () => probe.page.worker.of('close_view').map(command => command.view);

  test('is given back when the last holder has been gone for a while', async () => {
    await open();
    probe.view.enter();
    probe.view.enter();
    await pass(0);
    probe.view.leave();
    await pass(KEPT_MS);
    expect(now()).toEqual({ status: 'ready' });
    probe.view.leave();
    expect(now()).toEqual({ status: 'closed' });
    probe.view.leave();
    await pass(KEPT_MS - 1);
    probe.view.enter();
    await pass(KEPT_MS);
    expect(closed()).toEqual([]);
    probe.view.leave();
    await pass(KEPT_MS);
    expect(closed()).toEqual(['lens']);
  });

  test('stays as long as another view holds the same, and is not given back twice', async () => {
    await open();
    const other = createProbeView(probe.page, spec());
    probe.view.enter();
    other.enter();
    await pass(0);
    probe.view.leave();
    await pass(KEPT_MS);
    expect(closed()).toEqual([]);
    other.leave();
    await pass(KEPT_MS);
    expect(closed()).toEqual(['lens']);
    probe.view.enter();
    probe.view.leave();
    await pass(KEPT_MS);
    expect(closed()).toEqual(['lens']);
    other.dispose();
  });

  test('goes with its model', async () => {
    await open();
    probe.view.enter();
    await pass(0);
    probe.view.leave();
    await probe.page.model.getState().loadModel({ kind: 'hub', repo: 'a/b', revision: 'main' });
    await pass(KEPT_MS);
    expect(closed()).toEqual([]);
  });
});
