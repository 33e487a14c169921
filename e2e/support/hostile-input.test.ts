// Every reader of what comes from outside, on 20,000 changed inputs each (templates, which run in a worker that can be ended, on 4,000; packed links, whose streams are slow, on 2,000 besides): it reads them or refuses them with a typed error, and asks for no more than the file has.
import { Buffer } from 'node:buffer';
import process from 'node:process';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readGgufHeader } from '../../src/checkpoint/gguf/header.ts';
import { writeSentencePiece } from '../../src/checkpoint/gguf/sentencepiece-file.ts';
import { parseJson } from '../../src/checkpoint/json.ts';
import { readArchive } from '../../src/checkpoint/pytorch/archive.ts';
import { headerLength, parseSafetensorsHeader } from '../../src/checkpoint/safetensors.ts';
import { parseShardIndex } from '../../src/checkpoint/shards.ts';
import { writeSafetensors } from '../../src/checkpoint/write-safetensors.ts';
import { rendered } from '../../src/features/chat/render.ts';
import { writeLink } from '../../src/features/share/link.ts';
import { readLink, readLinkJson } from '../../src/features/share/readLink.ts';
import { readRunJson } from '../../src/features/share/readRunJson.ts';
import { writeRunJson } from '../../src/features/share/runJson.ts';
import { runs, TOKENIZER } from '../../src/features/share/sharedRun.fixture.ts';
import { defined } from '../../src/lib/assert.ts';
import { NucleusError } from '../../src/lib/error.ts';
import { buildGraph } from '../../src/model/architectures/architectures.ts';
import { readCompletion, readModels, readProps, readText, readTokens } from '../../src/remote/formats.ts';
import { readDocuments } from '../../src/stores/saved/document-files.ts';
import { openTokenizer } from '../../src/tokenizer/open.ts';
import { readPretokenizer } from '../../src/tokenizer/pretokens/steps.ts';
import { writeGguf } from './gguf-file.ts';
import { changedBytes, changedText, changedValue, type Random, randomOf } from './mutations.ts';
import { writePytorch } from './pytorch-file.ts';
import { readJson } from './read-bytes.ts';

const CASES = 20_000;
const SEED = Number(process.env.PROPERTY_SEED ?? 1);

/** Runs `attempt` on changed inputs. Whatever it throws is typed; some are read and some refused, or the changes would test nothing. */
async function attack(attempt: (random: Random) => unknown, cases = CASES): Promise<void> {
  let refused = 0;
  for (let i = 0; i < cases; i++) {
    try {
      await attempt(randomOf(SEED * 1_000_003 + i));
    } catch (thrown) {
      refused++;
      if (thrown instanceof NucleusError && thrown.code !== 'internal') continue;
      throw new Error(`PROPERTY_SEED=${SEED}, case ${i}: not a typed error`, { cause: thrown });
    }
  }
  expect(refused).toBeGreaterThan(0);
  expect(refused).toBeLessThan(cases);
}

/** Gives stretches of a file, and fails where more is asked for than twice the file. */
function counted(file: Uint8Array) {
  let asked = 0;
  return {
    size: file.length,
    read: async (begin: number, end: number): Promise<Uint8Array<ArrayBuffer>> => {
      asked += Math.max(0, Math.min(end, file.length) - begin);
      if (asked > 2 * file.length + 4096) throw new Error(`asked for ${asked} of ${file.length} bytes`);
      return Uint8Array.from(file.subarray(begin, end));
    },
  };
}

const TENSORS = [
  { name: 'wte.weight', dtype: 'F32', shape: [3, 2], bytes: new Uint8Array(24) },
  { name: 'h.0.bias', dtype: 'F16', shape: [4], bytes: new Uint8Array(8) },
] as const;

test('safetensors', () => {
  const file = writeSafetensors(TENSORS, new Map([['format', 'pt']]));
  return attack(random => {
    const bytes = changedBytes(file, random);
    const length = headerLength(bytes.subarray(0, 8), bytes.length);
    parseSafetensorsHeader(bytes.subarray(8, 8 + length), bytes.length);
  });
});

test('pytorch_model.bin', () => {
  const file = writePytorch(TENSORS);
  return attack(random => readArchive(counted(changedBytes(file, random))));
});

test('GGUF', () => {
  const file = writeGguf({
    metadata: [
      ['general.architecture', 'llama'],
      ['llama.block_count', 2],
      ['tokenizer.ggml.tokens', ['a', 'b', 'c']],
    ],
    tensors: [{ name: 'token_embd.weight', dtype: 'F32', shape: [3, 2], bytes: new Uint8Array(24) }],
  });
  return attack(random => {
    const { size, read } = counted(changedBytes(file, random));
    return readGgufHeader(size, read);
  });
});

test('index files', () => {
  const index = { metadata: { total_size: 9 }, weight_map: { a: 'model-1.safetensors', b: 'model-2.safetensors' } };
  const bytes = new TextEncoder().encode(JSON.stringify(index));
  return attack(random => {
    const json = random(2) === 0 ? parseJson(changedBytes(bytes, random), 'i.json') : changedValue(index, random);
    parseShardIndex(json, 'i.json', name => name.endsWith('.safetensors'));
  });
});

test('configurations of every family', async () => {
  const families = ['gpt2-f32', 'llama-scaled', 'gemma3', 'qwen3-5', 'phi3-long', 'gpt-neox', 'opt', 'bloom', 'lfm2'];
  const configs = await Promise.all(families.map(name => readJson(`e2e/golden/${name}/config.json`)));
  await attack(random => buildGraph(changedValue(configs[random(configs.length)], random)));
});

/** The letters that stand for the 256 bytes. */
const BYTES = Array.from({ length: 324 }, (_, i) => i)
  .filter(i => (i > 32 && i < 127) || (i > 160 && i < 256 && i !== 173) || i > 255)
  .map(i => String.fromCodePoint(i));
const BYTE_LEVEL = {
  added_tokens: [
    { id: 258, content: '<|end|>', special: true, normalized: false, lstrip: false, rstrip: false, single_word: false },
  ],
  normalizer: null,
  pre_tokenizer: {
    type: 'Sequence',
    pretokenizers: [
      { type: 'Split', pattern: { Regex: ' ?\\p{L}+|(a+)+b' }, behavior: 'Isolated', invert: false },
      { type: 'ByteLevel', add_prefix_space: false, use_regex: false },
    ],
  },
  decoder: { type: 'ByteLevel' },
  model: {
    type: 'BPE',
    vocab: Object.fromEntries([...BYTES, 'ab', 'abc'].map((token, id) => [token, id])),
    merges: ['a b', 'ab c'],
  },
};
const UNIGRAM = {
  added_tokens: [],
  normalizer: {
    type: 'Sequence',
    normalizers: [{ type: 'NFKC' }, { type: 'Replace', pattern: { String: ' ' }, content: '▁' }],
  },
  pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
  decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
  model: {
    type: 'Unigram',
    unk_id: 0,
    byte_fallback: false,
    vocab: [
      ['<unk>', 0],
      ['▁', -1],
      ['a', -2],
      ['ab', -3],
    ],
  },
};

test('tokenizer.json, and what it does to a text', () =>
  attack(async random => {
    const sound = random(10) === 0 ? BYTE_LEVEL : UNIGRAM;
    const tokenizer = await openTokenizer(changedValue(sound, random), {}, 300);
    tokenizer.encode('aab ab\n\ud800 x');
  }));

test('patterns of a tokenizer.json', () =>
  attack(random => {
    const Regex = changedText("(?i:'s|'t)|[^\\r\\n\\p{L}]?\\p{L}+|(?:a+b?)+c|\\p{N}{1,3}|\\s+(?!\\S)|\\s+", random);
    const split = { type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false };
    expect(readPretokenizer(split)).toHaveLength(1);
  }));

test('a million added tokens, all named special, are found in a text; a million merges, the last of which does not fit, are refused', async () => {
  const MILLION = 1_000_000;
  const content = (i: number): string => `<|${i}|>`;
  const many = Array.from({ length: MILLION }, (_, i) => ({ id: 258 + i, content: content(i), normalized: false }));
  const names = { additional_special_tokens: many.map(token => token.content) };
  const tokenizer = await openTokenizer({ ...BYTE_LEVEL, added_tokens: many }, names, null);
  expect([...tokenizer.encodeWithSpecials('ab<|999999|><|7|>')].slice(-2)).toEqual([258 + 999_999, 258 + 7]);
  expect(tokenizer.isSpecial(258 + 999_999)).toBe(true);
  const merges = Array.from({ length: MILLION }, (_, i) => (i + 1 < MILLION ? 'a b' : 'x yz'));
  const model = { ...BYTE_LEVEL.model, merges };
  await expect(openTokenizer({ ...BYTE_LEVEL, model }, {}, null)).rejects.toThrow(/merge 999999 joins "yz"/);
});

test('chat templates', () =>
  attack(random => {
    const source = changedText(
      "{% for m in messages %}{% if loop.first and m.role == 'user' %}{{ bos_token + m['content'] | trim }}{% else %}{{ raise_exception('no') }}{% endif %}{% endfor %}",
      random,
    );
    const made = rendered({
      source,
      messages: [{ role: 'user', content: ' x ' }],
      variables: { bos_token: '<s>' },
      now: 0,
    });
    if (made.kind === 'text') return;
    expect(typeof made.words).toBe('string');
    throw new NucleusError('bad_answer', made.words);
  }, 4000));

/** A reader that answers rather than throws. */
function answered(ok: boolean): void {
  if (!ok) throw new NucleusError('bad_answer', 'refused');
}

/** A run with typed, drawn and external tokens, as it leaves the page. */
const RUN = defined(
  fc.sample(runs, { seed: 7, numRuns: 60 }).find(({ tokens }) => tokens.length > 3 && tokens.length < 9),
  'a short run',
);

test('runs in files: never thrown', () => {
  const sound: unknown = JSON.parse(writeRunJson(RUN, 'chat.completion', id => TOKENIZER.bytes(id), 1));
  return attack(random => {
    const json = JSON.stringify(changedValue(sound, random));
    answered(readRunJson(random(8) === 0 ? changedText(json, random) : json).ok);
  });
});

test('share links: never rejected', async () => {
  const link = await writeLink(RUN);
  if (!link.ok) throw new Error(`too long: ${link.length}`);
  const [prefix = '', payload = ''] = link.fragment.split('.');
  const packed: unknown = JSON.parse(inflateRawSync(Buffer.from(payload, 'base64url')).toString());
  await attack(random => {
    const json = JSON.stringify(changedValue(packed, random));
    answered(readLinkJson(random(8) === 0 ? changedText(json, random) : json).ok);
  });
  // The same behind the packing, whose streams take longer than all the rest.
  await attack(async random => {
    const bytes = deflateRawSync(JSON.stringify(random(2) === 0 ? packed : changedValue(packed, random)));
    const made = (random(3) === 0 ? Buffer.from(changedBytes(bytes, random)) : bytes).toString('base64url');
    const fragment = `${prefix}.${made}`;
    answered((await readLink(random(4) === 0 ? changedText(fragment, random) : fragment)).ok);
  }, 2000);
});

test('SentencePiece models, and what they do to a text', () => {
  const models = (['unigram', 'bpe'] as const).map(kind =>
    writeSentencePiece({
      kind,
      pieces: [
        { text: '<unk>', score: 0, type: 2 },
        { text: '<s>', score: 0, type: 3 },
        { text: '<0x41>', score: 0, type: 6 },
        { text: '▁', score: -1, type: 1 },
        { text: 'a', score: -2, type: 1 },
        { text: 'b', score: -3, type: 1 },
        { text: 'ab', score: -2.5, type: 1 },
        { text: '▁ab', score: -4, type: 4 },
      ],
      byteFallback: kind === 'bpe',
      dummyPrefix: true,
      removeExtraSpaces: true,
      escapeSpaces: true,
      charsmap: new Uint8Array(),
    }),
  );
  return attack(async random => {
    const sentencepiece = changedBytes(defined(models[random(2)], 'a model'), random);
    const tokenizer = await openTokenizer({ sentencepiece, added_tokens: [] }, {}, null);
    const ids = tokenizer.encode('aab ab\n\ud800 x');
    expect(typeof tokenizer.decode([...ids])).toBe('string');
  });
});

test('documents in files: never thrown', () =>
  attack(random => {
    const file = {
      format: 'nucleus.documents',
      version: 1,
      exported: '2026-01-01',
      documents: [{ id: 'one', record: { version: 1, text: 'ab' }, entry: { title: 'x' } }],
    };
    const json = JSON.stringify(changedValue(file, random));
    answered(readDocuments(random(4) === 0 ? changedText(json, random) : json).ok);
  }));

test('answers of servers', () =>
  attack(random => {
    const completion = {
      choices: [
        {
          text: ' a',
          finish_reason: null,
          logprobs: { tokens: [' a'], token_logprobs: [-0.5], top_logprobs: [{ ' a': -0.5, b: -2 }], text_offset: [0] },
        },
      ],
    };
    readCompletion(changedValue(completion, random));
    readModels(changedValue({ data: [{ id: 'm', max_model_len: 100 }] }, random));
    readProps(changedValue({ default_generation_settings: { n_ctx: 100 }, bos_token: '<s>' }, random));
    readTokens(
      changedValue(
        {
          tokens: [
            { id: 1, piece: 'a' },
            { id: 2, piece: [195] },
          ],
        },
        random,
      ),
    );
    readText(changedValue({ content: 'a' }, random));
  }));
