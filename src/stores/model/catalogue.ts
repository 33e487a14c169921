// Models the page offers by name, and the name of opened files.
import { type ModelSource, sourceKey } from '../../lib/model-source.ts';
import type { CatalogueEntry } from './types.ts';

export const DEFAULT_SOURCE: ModelSource = { kind: 'shipped', id: 'nucleus-3m' };

const hub = (repo: string): ModelSource => ({ kind: 'hub', repo, revision: 'main' });

/** Bytes are those of the weights file on the Hub; for the shipped model those of all its files. */
export const CATALOGUE: readonly CatalogueEntry[] = [
  {
    key: sourceKey(DEFAULT_SOURCE),
    source: DEFAULT_SOURCE,
    name: 'nucleus-3m',
    summary: 'Ships with the page. Knows small stories and facts, and is quick everywhere.',
    bytes: 6_379_344,
    parameters: 3_161_088,
    n_ctx: 512,
  },
  {
    key: sourceKey(hub('openai-community/gpt2')),
    source: hub('openai-community/gpt2'),
    name: 'GPT-2',
    summary: 'The classic 124 M model of 2019: fluent English, no instructions.',
    bytes: 548_105_171,
    parameters: 124_439_808,
    n_ctx: 1024,
  },
  {
    key: sourceKey(hub('distilbert/distilgpt2')),
    source: hub('distilbert/distilgpt2'),
    name: 'DistilGPT-2',
    summary: 'GPT-2 distilled to half its layers: faster, a little less sure.',
    bytes: 352_824_413,
    parameters: 81_912_576,
    n_ctx: 1024,
  },
  {
    key: sourceKey(hub('openai-community/gpt2-medium')),
    source: hub('openai-community/gpt2-medium'),
    name: 'GPT-2 medium',
    summary: 'Three times the size of GPT-2; wants a graphics card with 2 GB free.',
    bytes: 1_519_984_962,
    parameters: 354_823_168,
    n_ctx: 1024,
  },
  {
    key: sourceKey(hub('openai-community/gpt2-large')),
    source: hub('openai-community/gpt2-large'),
    name: 'GPT-2 large',
    summary: 'Six times the size of GPT-2; wants a graphics card with 4 GB free.',
    bytes: 3_247_159_078,
    parameters: 774_030_080,
    n_ctx: 1024,
  },
];

/** A name for opened files: the folder they came from, else that of the weights file. */
export function localName(files: readonly File[]): string {
  const folder = files.map(file => file.webkitRelativePath?.split('/')[0] ?? '').find(name => name !== '');
  const weights = files.find(({ name }) => /\.(safetensors|bin)$/.test(name))?.name.replace(/\.[a-z]+$/, '');
  const name = (folder ?? weights ?? 'files').replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 96);
  return name === '' ? 'files' : name;
}
