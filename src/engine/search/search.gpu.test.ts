// Searches on a real adapter: the continuations and scores that transformers and the equation of contrastive search give for golden models in float64.
import { expect, test } from 'vitest';
import { type GoldenName, loadGolden } from '../../../e2e/support/golden.ts';
import { type GpuModel, loadOnGpu, openTestGpu } from '../../../e2e/support/gpu-model.ts';
import { defined } from '../../lib/assert.ts';
import type { SearchMethod } from '../../protocol/search.ts';
import type { Told } from './paths.ts';
import fixture from './search.fixture.json' with { type: 'json' };
import { search } from './search.ts';

const { max_new_tokens } = fixture;
const tokens = Uint32Array.from(fixture.prompt);

async function loaded(name: GoldenName): Promise<GpuModel> {
  const { config, weightsFile } = await loadGolden(name);
  return loadOnGpu(await openTestGpu(), config, { bytes: weightsFile });
}

async function last(model: GpuModel, method: SearchMethod, ends: readonly number[] = []): Promise<Told> {
  let told: Told | null = null;
  const asked = { tokens, method, max_new_tokens, ends: ends.length > 0 };
  for await (const each of search(model.probes.context, asked, ends, new AbortController().signal)) told = each;
  return defined(told, 'a state');
}

test('beams, and candidates by their final states', async () => {
  using model = await loaded('gpt2-f32');
  for (const beams of [2, 5]) {
    const found = fixture.beam.filter(
      each => each.model === 'gpt2-f32' && each.beams === beams && each.ends.length > 0,
    );
    const { ends, length_penalty, early_stopping, ids, scores } = defined(found[0], 'a case');
    const stopping = early_stopping === 'never' ? 'never' : early_stopping === true;
    const { complete } = await last(model, { kind: 'beam', beams, length_penalty, early_stopping: stopping }, ends);
    expect(complete.map(each => each.ids.join(' '))).toEqual(ids);
    for (const [i, { score }] of complete.entries()) expect(score).toBeCloseTo(scores[i] ?? 0, 4);
  }
  const { top_k, alpha, ids, penalties } = defined(fixture.contrastive[0], 'a case');
  const told = await last(model, { kind: 'contrastive', top_k, alpha });
  expect(told.complete[0]?.ids).toEqual(ids);
  expect(told.candidates.find(({ id }) => id === ids.at(-1))?.penalty).toBeCloseTo(penalties.at(-1) ?? 0, 4);
  // What a search leaves behind is what any text would find.
  const again = await model.session.next(tokens);
  const method = { kind: 'best_first', children: 4, length_penalty: 0, answers: 1, most: 60 } as const;
  await last(model, method);
  expect(await model.session.next(tokens)).toEqual(again);
  const controller = new AbortController();
  const asked = { tokens, method, max_new_tokens, ends: false };
  const stopped = (async () => {
    for await (const _ of search(model.probes.context, asked, [], controller.signal)) controller.abort();
  })();
  await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
});

test('a model with running states has one beginning after the other', async () => {
  using model = await loaded('qwen3-5');
  const method = { kind: 'beam', beams: 2, length_penalty: 1, early_stopping: false } as const;
  const asked = { tokens, method, max_new_tokens: 3, ends: false };
  let told: Told | null = null;
  for await (const each of search(model.probes.context, asked, [], new AbortController().signal)) told = each;
  const { ids, logprobs } = defined(told?.complete[0], 'a path');
  const text = Uint32Array.from([...tokens, ...ids.slice(0, -1)]);
  const row = await model.session.next(text);
  const logZ = Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0));
  expect(logprobs.at(-1)).toBeCloseTo((row[ids.at(-1) ?? 0] ?? 0) - logZ, 4);
});
