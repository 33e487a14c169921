// Views of models of structurally different families: each speaks that model's words, and GPT-2's to none but GPT-2.
import type { ReactNode } from 'react';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import GEMMA2 from '../../e2e/golden/gemma2/config.json' with { type: 'json' };
import GPT2 from '../../e2e/golden/gpt2-f32/config.json' with { type: 'json' };
import GPTJ from '../../e2e/golden/gptj/config.json' with { type: 'json' };
import LFM2 from '../../e2e/golden/lfm2/config.json' with { type: 'json' };
import LLAMA from '../../e2e/golden/llama-gqa/config.json' with { type: 'json' };
import QWEN3_5 from '../../e2e/golden/qwen3-5/config.json' with { type: 'json' };
import { rendered } from '../../e2e/support/rendered.ts';
import { type Page, readyPage } from '../../e2e/support/scripted-page.ts';
import { settle } from '../../e2e/support/settle.ts';
import { Ablation } from '../features/ablation/Ablation.tsx';
import { Attention } from '../features/attention/Attention.tsx';
import { FlowView } from '../features/flow/FlowView.tsx';
import { FollowView } from '../features/follow/FollowView.tsx';
import { CurrentModel } from '../features/models/CurrentModel.tsx';
import { buildGraph } from '../model/architectures/architectures.ts';
import { anatomyOf } from '../model/ir/anatomy.ts';
import { mixersOf } from '../model/ir/mixers.ts';
import { FOLLOW_STEPS } from '../stores/view.ts';

let page: Page;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  page.dispose();
  vi.useRealTimers();
});

async function open(config: object): Promise<void> {
  const { graph } = buildGraph(config);
  const dims = { ...graph.dims, vocab_size: 2048 };
  page = await readyPage({ model: { dims, mixers: mixersOf(graph), anatomy: anatomyOf(graph) } });
  await page.generation.getState().step();
  await settle();
}

/** The markup; what stubs globals for it takes all stubs away behind it. */
function markupOf(element: ReactNode): string {
  vi.stubGlobal('devicePixelRatio', 1);
  return rendered(page, element);
}

const words = (element: ReactNode): string =>
  markupOf(element)
    .replace(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ');

/** The words of all steps of Follow. */
async function followed(): Promise<string> {
  page.follow.getState().enter();
  const steps = [];
  for (const step of FOLLOW_STEPS) {
    page.view.getState().setFollowStep(step);
    await settle();
    steps.push(words(<FollowView />));
  }
  return steps.join(' ');
}

interface Spoken {
  readonly config: object;
  readonly says: readonly RegExp[];
  readonly not: RegExp;
}

const GPT2_WORDS = /\bwpe\b|GELU|layer norm/;
const MODELS: Readonly<Record<string, Spoken>> = {
  'gpt2-f32': {
    config: GPT2,
    says: [/A second table, wpe/, /through a layer norm/, /GELU/],
    not: /RMS norm|rotary|key head|window/,
  },
  'llama-gqa': {
    config: LLAMA,
    says: [
      /embed_tokens/,
      /rotary positions/,
      /through an RMS norm/,
      /the gate and what it lets through/,
      /2 key heads serve 4/,
    ],
    not: GPT2_WORDS,
  },
  gemma2: {
    config: GEMMA2,
    says: [
      /multiplied by 6\.928/,
      /through one RMS norm and gives through another/,
      /window of 16/,
      /tanh\(/,
      /capped softly/,
    ],
    not: /\bwpe\b|layer norm/,
  },
  gptj: {
    config: GPTJ,
    says: [/neighbours in pairs/, /side by side/, /a learned bias/],
    not: /\bwpe\b|RMS norm|key heads/,
  },
  lfm2: {
    config: LFM2,
    says: [/layers 0 and 2 a .*convolution/, /In layers 1 and 3, 4 heads compare/, /layers with attention/],
    not: GPT2_WORDS,
  },
  'qwen3-5': { config: QWEN3_5, says: [/a .*delta rule/, /A gate lets through what the heads bring/], not: GPT2_WORDS },
};

describe.each(Object.entries(MODELS))('%s', (_, { config, says, not }) => {
  test('Follow speaks its words', async () => {
    await open(config);
    const all = await followed();
    for (const each of says) expect(all).toMatch(each);
    expect(all).not.toMatch(not);
  });
});

test('Model: each layer by what it looks back with, each norm by its name, and no heads where none are', async () => {
  for (const [config, says, not] of [
    [GPT2, /layer norm/, /RMS norm|conv|delta/],
    [LLAMA, /RMS norm/, /layer norm|conv|delta/],
    [LFM2, /conv.*attn.*conv.*attn.*RMS norm/, /layer norm|delta/],
    [QWEN3_5, /delta.*attn.*RMS norm/, /layer norm|conv/],
  ] as const) {
    await open(config);
    page.flow.getState().enter();
    await settle();
    const markup = markupOf(<FlowView />);
    const all = words(<FlowView />);
    expect(all).toMatch(says);
    expect(all).not.toMatch(not);
    const { graph } = buildGraph(config);
    const { n_layer, n_head } = graph.dims;
    const attending = mixersOf(graph).filter(mixer => mixer === 'attention').length;
    // A block a part, and those of the embedding, the last norm and the head; a cell a head.
    expect(markup.match(/<g /g)).toHaveLength(2 * n_layer + 3);
    const cells = [...markup.matchAll(/<path[^>]* d="([^"]*)" data-heads/g)].map(
      ([, path = '']) => path.match(/M/g)?.length ?? 0,
    );
    expect(cells.reduce((sum, count) => sum + count, 0)).toBe(attending * n_head);
    page.dispose();
  }
  await open(GPT2);
});

test('Attention: heads under the key head they share, layers without attention by name', async () => {
  await open(LFM2);
  page.attention.getState().enter();
  await settle();
  page.attention.getState().choose({ layer: 1, head: 0 });
  await settle();
  const markup = markupOf(<Attention />);
  expect(markup).toContain('<optgroup label="key head 1">');
  expect(markup).toContain('0: convolution');
  expect(words(<Attention />)).toContain('No attention in layers 0 and 2: there it is a convolution.');
  page.attention.getState().setPanel('map');
  page.attention.getState().choose({ layer: 0, head: null });
  await settle();
  expect(words(<Attention />)).toContain('This layer has no attention: a convolution stands in its place.');
});

test('Ablation: the parts that a layer has, by their names', async () => {
  await open(QWEN3_5);
  page.ablation.getState().enter();
  await settle();
  const markup = markupOf(<Ablation />);
  expect(markup).toContain('aria-label="Layer 0, delta rule"');
  expect(markup).toContain('aria-label="Layer 3, attention"');
  expect(markup).toContain('aria-label="Layer 3, head 0"');
  expect(markup).not.toContain('aria-label="Layer 0, head 0"');
});

test('Models: heads on the key heads they share, and the layers without attention', async () => {
  await open(LFM2);
  expect(words(<CurrentModel />)).toContain('4 heads on 2 key heads · convolution in layers 0 and 2 ·');
  page.dispose();
  await open(GPT2);
  expect(words(<CurrentModel />)).toMatch(/\d+ heads · vocabulary/);
});
