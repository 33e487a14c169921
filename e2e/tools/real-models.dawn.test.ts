// Trained models of other authors, where they lie beside the project: the published continuation of one, the whole task of another.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { argmax, logsumexp } from '../../src/reference/ops.ts';
import { loadOnGpu, openTestGpu } from '../support/gpu-model.ts';

const FOLDER = path.resolve(import.meta.dirname, '../../../shared/real-models');
const TOLERANCE = 5e-5;

async function open(name: string) {
  const json = async (file: string): Promise<unknown> =>
    JSON.parse(await readFile(path.join(FOLDER, name, file), 'utf8'));
  const bytes = new Uint8Array(await readFile(path.join(FOLDER, name, 'model.safetensors')));
  const model = await loadOnGpu(await openTestGpu(), await json('config.json'), { bytes });
  return { model, reference: await json('reference.json'), [Symbol.dispose]: () => model[Symbol.dispose]() };
}

describe.runIf(existsSync(FOLDER))('trained models of other authors', () => {
  test('stories260K, a Llama: the published text, token by token', async () => {
    using opened = await open('stories260K-llama');
    const { ids, logprob_of_next } = opened.reference as { ids: number[]; logprob_of_next: number[] };
    expect(ids.length).toBeGreaterThan(200);
    const { session } = opened.model;
    for (let t = 1; t < ids.length; t++) {
      const row = await session.next(Uint32Array.from(ids.slice(0, t)));
      expect(argmax(row)).toBe(ids[t]);
      const wanted = logprob_of_next[t - 1];
      if (wanted === undefined) continue;
      const logprob = row[ids[t]!]! - logsumexp(Float64Array.from(row));
      expect(Math.abs(logprob - wanted)).toBeLessThan(TOLERANCE);
    }
  });

  test('llm-viz-sort, a GPT: all 729 inputs of six digits come back in order', async () => {
    using opened = await open('llm-viz-sort');
    const { session } = opened.model;
    for (let input = 0; input < 3 ** 6; input++) {
      const digits = Array.from({ length: 6 }, (_, i) => Math.floor(input / 3 ** i) % 3);
      const text = [...digits];
      while (text.length < 12) text.push(argmax(await session.next(Uint32Array.from(text))));
      expect(text.slice(6)).toEqual([...digits].sort());
    }
  });
});
