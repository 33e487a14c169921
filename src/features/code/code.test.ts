// Code of a run is read back as what was meant: every text, by Python and bash themselves where they are, and always by hand.
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_SETTINGS, type GenerationSettings } from '../../sampling/settings.ts';
import type { DocumentToken } from '../../stores/document/types.ts';
import { curlCode } from './curl.ts';
import { javascriptCode } from './javascript.ts';
import { logitsCode } from './logits.ts';
import { pythonCode } from './python.ts';
import { json, python, shell } from './quote.ts';
import { type CodeRun, codeModel, promptText, promptTokens } from './run.ts';

const NASTY = [
  'plain',
  '"double" and \'single\' \\ back\\\\slash',
  'line\nfeed\r\ncarriage\ttab',
  `$HOME $${'{x}'} $(id) \`id\` !! %s # no comment`,
  'emoji 🙂👨‍👩‍👧 é ü 漢字 \u202e \u2028 \u2029 \u00a0',
  '\u0000\u0001\u0007\u001b[31m\u007f\u0085',
  '\'\'\'"""\\N{DASH}\\x41\\u0041{f}',
  "'; rm -rf / #",
  '\\',
  '',
];

const exists = (command: string): boolean => spawnSync(command, ['--version']).status === 0;
const HAS = { python: exists('python3'), bash: exists('bash') };

const RUN: CodeRun = {
  model: codeModel({ source: { kind: 'hub', repo: 'openai-community/gpt2', revision: 'main' }, format: 'stored' }),
  ids: [1, 2, 3],
  prompt: 'Once upon',
  special: false,
  messages: null,
  settings: { ...DEFAULT_SETTINGS, top_k: 40 },
  seed: 7,
  eosIds: [50_256],
};
const withSettings = (settings: Partial<GenerationSettings>): CodeRun => ({
  ...RUN,
  settings: { ...RUN.settings, ...settings },
});

/** Runs a program of Python on the codes; what it prints, as JSON. */
function byPython(program: string, input: unknown): unknown {
  const { stdout, stderr } = spawnSync('python3', ['-c', program], { input: JSON.stringify(input), encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

const ASSIGNED = `
import ast, json, sys
def values(code):
    tree = ast.parse(code)
    return {n.targets[0].id: ast.literal_eval(n.value) for n in tree.body
            if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name) and isinstance(n.value, (ast.Constant, ast.List))}
print(json.dumps([values(code) for code in json.load(sys.stdin)]))
`;

/** What curl is given behind -d, by bash. */
function bodyByBash(code: string): unknown {
  const { stdout, stderr, status } = spawnSync('bash', ['-c', `curl() { printf '%s' "\${@: -1}"; }\n${code}`], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

/** The same without a shell: the word in single quotes. */
function bodyByHand(code: string): unknown {
  const word = /-d '([\s\S]*)'\n$/.exec(code)?.[1] ?? '';
  return JSON.parse(word.replaceAll("'\\''", "'"));
}

describe('texts', () => {
  test('of JavaScript and JSON are read back, and show no sign that is not seen', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...NASTY, '\ud800 alone')), text => {
        const written = json(text);
        expect(JSON.parse(written)).toBe(text);
        expect(/[\p{C}\u2028\u2029]/u.test(written)).toBe(false);
      }),
    );
  });

  test('of Python are read back by hand', () => {
    const read = (literal: string): string =>
      literal.slice(1, -1).replace(/\\(?:x(..)|u(....)|U(.{8})|(.))/g, (_, x, u, long, plain) => {
        const code = x ?? u ?? long;
        if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
        return { n: '\n', t: '\t', r: '\r' }[String(plain)] ?? String(plain);
      });
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...NASTY)), text => {
        const written = python(text);
        expect(read(written)).toBe(text);
        expect(/[\p{C}\u2028\u2029]/u.test(written)).toBe(false);
        expect(/^"(?:[^"\\]|\\.)*"$/.test(written)).toBe(true);
      }),
    );
  });

  test.runIf(HAS.python)('of Python are read back by Python', () => {
    const runs = NASTY.map((prompt): CodeRun => ({ ...RUN, prompt }));
    const found = byPython(ASSIGNED, runs.map(pythonCode));
    expect(found).toMatchObject(NASTY.map(prompt => ({ name: 'openai-community/gpt2', prompt })));
    const chats = NASTY.map((content): CodeRun => ({ ...RUN, messages: [{ role: 'user', content }] }));
    expect(byPython(ASSIGNED, chats.map(pythonCode))).toMatchObject(
      NASTY.map(content => ({ messages: [{ role: 'user', content }] })),
    );
  });

  test('of a request are read back by hand, and by bash', () => {
    for (const prompt of NASTY) {
      const code = curlCode({ ...RUN, prompt, settings: { ...RUN.settings, stop: [prompt || 'x'] } });
      const wanted = {
        model: 'openai-community/gpt2',
        prompt,
        stop: [prompt || 'x'],
        seed: 7,
        temperature: 0.8,
        top_p: 0.95,
      };
      expect(bodyByHand(code)).toMatchObject(wanted);
      if (HAS.bash) expect(bodyByBash(code)).toMatchObject(wanted);
    }
  });

  test.runIf(HAS.bash)('of a shell are read back by bash', () => {
    const words = NASTY.filter(text => !text.includes('\0'));
    const { stdout } = spawnSync('bash', ['-c', `printf '%s\\0' ${words.map(shell).join(' ')}`], { encoding: 'utf8' });
    expect(stdout.split('\0').slice(0, -1)).toEqual(words);
  });
});

test('of JavaScript are read back by JavaScript', () => {
  for (const prompt of NASTY) {
    const literal = /const prompt = (.*);/.exec(javascriptCode({ ...RUN, prompt }))?.[1] ?? '';
    expect(JSON.parse(literal)).toBe(prompt);
  }
});

describe('settings', () => {
  test('that a library has are its own, and of the others a line each says so', () => {
    const run = withSettings({
      min_p: 0.1,
      xtc_probability: 0.5,
      presence_penalty: 1,
      repetition_penalty: 2,
      temperature: 2,
    });
    const code = pythonCode(run);
    for (const line of [
      'temperature=2.0,',
      'top_k=40,',
      'top_p=0.95,',
      'min_p=0.1,',
      'repetition_penalty=2.0,',
      'max_new_tokens=96,',
      'do_sample=True,',
    ])
      expect(code).toContain(line);
    expect(code).toContain('# xtc_probability 0.5: transformers has no such setting.');
    expect(code).toContain('# presence_penalty 1: transformers has no such setting.');
    expect(code).not.toMatch(/# (min_p|top_k|temperature) /);
    expect(curlCode(run)).toContain('# top_k 40: the API has no such field');
    expect(bodyByHand(curlCode(run))).toMatchObject({ presence_penalty: 1, max_tokens: 96, logprobs: 5 });
    expect(javascriptCode(run)).toContain('// top_p 0.95: transformers.js does not apply it.');
    expect(javascriptCode(run)).toContain('  top_k: 40,');
    expect(logitsCode(run)).toContain('# temperature 2: nothing is sampled there.');
  });

  test('greedy draws by no chance', () => {
    const code = pythonCode(withSettings({ temperature: 0 }));
    expect(code).toContain('do_sample=False,');
    expect(code).not.toMatch(/manual_seed|top_p|Random/);
    expect(javascriptCode(withSettings({ temperature: 0 }))).toContain('do_sample: false,');
  });

  test('bans, biases, ends and guidance', () => {
    const code = pythonCode(
      withSettings({
        logit_bias: [
          { id: 5, bias: -100 },
          { id: 6, bias: 2 },
        ],
        end_of_text: 'never',
        guidance_scale: 1.5,
        negative_prompt: 'no "way"',
        stop: ['\n'],
        constraint: { kind: 'regex', text: 'a' },
        order: 'llama.cpp',
      }),
    );
    expect(code).toContain('suppress_tokens=[5, 50256],');
    expect(code).toContain('sequence_bias=[[[6], 2.0]],');
    expect(code).toContain('guidance_scale=1.5,');
    expect(code).toContain('negative_prompt_ids=tokenizer("no \\"way\\"", return_tensors="pt").input_ids,');
    expect(code).toContain('stop_strings=["\\n"],');
    expect(code).toContain('# constraint regex: transformers has no such setting.');
    expect(code).toContain('# order llama.cpp: transformers has no such setting.');
    expect(pythonCode(withSettings({ end_of_text: 'continue' }))).toContain(
      'model.generation_config.eos_token_id = None',
    );
  });

  test('a conversation goes out as messages', () => {
    const run: CodeRun = {
      ...RUN,
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: "What's up?" },
      ],
    };
    expect(curlCode(run)).toContain('/v1/chat/completions');
    expect(bodyByHand(curlCode(run))).toMatchObject({ messages: run.messages, logprobs: true, top_logprobs: 5 });
    expect(pythonCode(run)).toContain('apply_chat_template');
    expect(javascriptCode(run)).toContain('generated_text.at(-1).content');
  });
});

describe('models and prompts', () => {
  test('files of GGUF, formats, shipped and opened ones', () => {
    const gguf = codeModel({
      source: { kind: 'hub', repo: 'a/b', revision: 'v1', file: 'c.Q4_K.gguf' },
      format: 'stored',
    });
    expect(pythonCode({ ...RUN, model: gguf })).toContain(
      'from_pretrained(name, revision="v1", gguf_file="c.Q4_K.gguf")',
    );
    expect(logitsCode({ ...RUN, model: gguf })).toContain("logits -- './a--b/c.Q4_K.gguf' --tokens 1,2,3 --greedy 96");
    const shipped = codeModel({ source: { kind: 'shipped', id: 'nucleus-3m' }, format: 'int8' });
    expect(logitsCode({ ...RUN, model: shipped })).toContain(
      "'public/models/nucleus-3m' --tokens 1,2,3 --greedy 96 --format int8",
    );
    expect(pythonCode({ ...RUN, model: shipped })).toContain(
      '# Here weights are int8; there they are those of the files.',
    );
  });

  test('the prompt is what stood before the last drawn tokens, without what the tokenizer adds', () => {
    const token = (id: number, origin: DocumentToken['origin'], special = false): DocumentToken => ({
      id,
      bytes: new TextEncoder().encode(special ? '<s>' : String.fromCharCode(96 + id)),
      special,
      origin,
    });
    const tokens = [
      token(0, 'typed', true),
      token(1, 'typed'),
      token(2, 'drawn'),
      token(3, 'chosen'),
      token(4, 'drawn'),
    ];
    const before = promptTokens(tokens);
    expect(before).toHaveLength(4);
    expect(promptText(before, { opening: [0] })).toEqual({ prompt: 'abc', special: false });
    expect(promptText(before, { opening: [] })).toEqual({ prompt: '<s>abc', special: true });
    expect(promptTokens([token(1, 'drawn')])).toHaveLength(1);
    expect(pythonCode({ ...RUN, special: true })).toContain('input_ids = torch.tensor([[1, 2, 3]])');
    expect(bodyByHand(curlCode({ ...RUN, special: true }))).toMatchObject({ prompt: [1, 2, 3] });
  });
});
