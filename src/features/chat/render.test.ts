// Templates as published, held against what transformers makes of them; and templates that would hang or flood the page.
import { describe, expect, test } from 'vitest';
import golden from '../../../e2e/golden/chat/templates.json' with { type: 'json' };
import { renderTemplate, strftime, TemplateRefusal } from './render.ts';

const [year = 0, month = 0, day, hours, minutes, seconds] = golden.now;
const now = new Date(year, month, day, hours, minutes, seconds).getTime();

interface Case {
  readonly template: keyof typeof golden.templates;
  readonly conversation: keyof typeof golden.conversations;
  readonly variables: { readonly add_generation_prompt: boolean; readonly enable_thinking?: boolean };
  readonly tools: boolean;
  readonly text?: string;
  readonly refused?: string;
}

const CASES = golden.cases.map(({ variables: { tools = false, ...variables }, ...each }) => {
  return { ...each, variables, tools } as Case;
});

function rendered({ template, conversation, variables, tools }: Case): string {
  const { template: source, bos_token, eos_token } = golden.templates[template];
  return renderTemplate({
    source,
    messages: golden.conversations[conversation],
    variables: {
      ...variables,
      ...(bos_token === null ? {} : { bos_token }),
      ...(eos_token === null ? {} : { eos_token }),
      ...(tools ? { tools: golden.tools } : {}),
    },
    now,
  });
}

const nameOf = ({ template, conversation, variables, tools }: Case): string =>
  `${template}: ${conversation}, ${JSON.stringify(variables)}${tools ? ', tools' : ''}`;

describe('as transformers renders them', () => {
  test.each(CASES.map(each => [nameOf(each), each] as const))('%s', (_, each) => {
    if (each.text !== undefined) expect(rendered(each)).toBe(each.text);
    else expect(() => rendered(each)).toThrow(new TemplateRefusal(each.refused));
  });

  test('every template is there, with and without thinking and tools', () => {
    expect(Object.keys(golden.templates).sort()).toEqual([
      'chatml',
      'gemma-3',
      'llama-3.2',
      'mistral-nemo',
      'qwen3',
      'smollm2',
    ]);
    expect(CASES.filter(each => each.variables.enable_thinking === false).length).toBeGreaterThan(3);
    expect(CASES.filter(each => each.tools).length).toBe(6);
    expect(CASES.filter(each => each.refused !== undefined).length).toBe(2);
  });
});

const render = (source: string): string => renderTemplate({ source, messages: [], variables: {}, now });

describe('bounds', () => {
  test.each([
    ['{% for i in range(10000000000) %}x{% endfor %}', /range\(\) of more than/],
    ['{% for i in range(0, 5, 0) %}x{% endfor %}', /range\(\) of more than/],
    [`${'x'.repeat(200_000)}`, /more than 131072 characters/],
    ['{% for i in range(3000) %}{{ "0123456789abcdef" * 100 }}{% for k in range(1) %}{% endfor %}{% endfor %}', /./],
    ['{% if %}', /./],
  ])('refused: %#', (source, why) => {
    expect(() => render(source)).toThrow(why);
  });

  test('nothing of the page is in reach', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'globalThis', 'self'])
      expect(render(`[{{ messages.${name} }}{{ "x".${name} }}{{ ${name} }}]`)).toBe('[]');
  });
});

test('dates as Python writes them in English', () => {
  const date = new Date(2026, 2, 7, 14, 5, 9);
  expect(strftime(date, '%d %b %Y|%A %B|%a %y-%m|%I:%M:%S %p|%H|%%|%Q')).toBe(
    '07 Mar 2026|Saturday March|Sat 26-03|02:05:09 PM|14|%|%Q',
  );
});
