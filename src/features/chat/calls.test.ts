// Calls of tools as the common families write them, and what only looks like one.
import { describe, expect, test } from 'vitest';
import { argumentOf, callsIn, goesOnBehind } from './calls.ts';

const WEATHER = { name: 'weather', arguments: { place: 'Paris' } };

describe('forms', () => {
  test.each([
    ['Hermes, Qwen', '<tool_call>\n{"name": "weather", "arguments": {"place": "Paris"}}\n</tool_call>'],
    ['without its end', '<tool_call>{"name": "weather", "arguments": {"place": "Paris"}}'],
    ['Qwen 3.5', '<tool_call>\n<function=weather>\n<parameter=place>\nParis\n</parameter>\n</function>\n</tool_call>'],
    ['Llama 3', '{"name": "weather", "parameters": {"place": "Paris"}}'],
    ['Llama 3, marked', '<|python_tag|>{"type": "function", "name": "weather", "parameters": {"place": "Paris"}}'],
    ['Mistral', '[TOOL_CALLS][{"name": "weather", "arguments": {"place": "Paris"}}]'],
    ['Mistral, spaced', '[TOOL_CALLS] [{"name": "weather", "arguments": {"place": "Paris"}, "id": "abcdefghi"}]'],
    ['newer Mistral', '[TOOL_CALLS]weather[ARGS]{"place": "Paris"}'],
    ['Granite, Phi-4', '<|tool_call|>[{"name": "weather", "arguments": {"place": "Paris"}}]<|/tool_call|>'],
    ['LFM2', '<|tool_call_start|>[weather(place="Paris")]<|tool_call_end|>'],
    ['a function', '{"type": "function", "function": {"name": "weather", "arguments": "{\\"place\\": \\"Paris\\"}"}}'],
    ['a list of calls', '{"tool_calls": [{"function": {"name": "weather", "arguments": {"place": "Paris"}}}]}'],
    ['a fence', '```json\n{"name": "weather", "arguments": {"place": "Paris"}}\n```'],
  ])('%s', (_, reply) => {
    expect(callsIn(reply, 0)).toMatchObject({ kind: 'calls', calls: [WEATHER], start: expect.any(Number) });
  });

  test('words before it, several, and what stands behind', () => {
    const one = '<tool_call>{"name": "a"}</tool_call>';
    const reply = `Let me see.\n${one}\n${one.replace('"a"', '"b"')} And now`;
    const found = callsIn(reply, 0);
    expect(found).toMatchObject({ kind: 'calls', start: 12, calls: [{ name: 'a' }, { name: 'b' }] });
    if (found.kind !== 'calls') return;
    expect(reply.slice(found.end)).toBe(' And now');
    expect(goesOnBehind(reply, found.end)).toBe(true);
    expect(goesOnBehind(`${one}\n<tool_`, one.length)).toBe(false);
    expect(goesOnBehind(`${one}\n`, one.length)).toBe(false);
  });

  test('signs within texts of the JSON are texts', () => {
    const reply = '<tool_call>{"name": "a", "arguments": {"x": "}</tool_call><tool_call>\\"{"}}</tool_call>';
    const found = callsIn(reply, 0);
    expect(found).toMatchObject({ kind: 'calls', calls: [{ name: 'a' }], end: reply.length });
  });

  test('values as Python writes them', () => {
    expect(
      callsIn(`<|tool_call_start|>[f(a='it\\'s', b=-2.5, c=True, d=None), g()]<|tool_call_end|>`, 0),
    ).toMatchObject({
      calls: [
        { name: 'f', arguments: { a: "it's", b: -2.5, c: true, d: null } },
        { name: 'g', arguments: {} },
      ],
    });
  });
});

describe('what is none', () => {
  test.each([
    ['words', 'The weather in Paris is fine.'],
    ['JSON that calls nothing', '{"place": "Paris", "name": 3}'],
    ['JSON with words behind it', '{"name": "weather", "parameters": {}} is how one asks'],
    ['a list of numbers', '[1, 2, 3]'],
    ['nothing', ''],
    ['no JSON at all', '{name: weather}'],
  ])('%s', (_, reply) => {
    expect(callsIn(reply, 0)).toEqual({ kind: 'none' });
  });

  test.each([
    ['open', '<tool_call>'],
    ['open', '<tool_call>{"name": "a", "arguments": {'],
    ['open', '{"name": "weather", "parameters": {"place": "Par'],
    ['open', '<|tool_call_start|>[weather(place="Par'],
    ['open', '<tool_call><function=weather><parameter=place>Par'],
    ['json', '<tool_call>weather of Paris</tool_call>'],
    ['json', "<tool_call>{'name': 'weather'}</tool_call>"],
    ['json', '<|tool_call_start|>[__import__("os").system("x")]<|tool_call_end|>'],
    ['json', `<tool_call>${'['.repeat(30_000)}`],
    ['shape', '<tool_call>{"arguments": {}}</tool_call>'],
    ['shape', '<tool_call>{"name": "", "arguments": {}}</tool_call>'],
    ['shape', '<tool_call>{"name": "a", "arguments": [1]}</tool_call>'],
    ['shape', '<tool_call>{"name": "a", "arguments": "no JSON"}</tool_call>'],
    ['shape', '[TOOL_CALLS][]'],
    ['shape', '[TOOL_CALLS][[{"name": "a"}]]'],
    ['many', '<tool_call>{"name": "a"}</tool_call>'.repeat(9)],
  ])('unread: %s, %s', (why, reply) => {
    expect(callsIn(reply, 0)).toEqual({ kind: 'unread', why });
  });

  test('what is thought is no call, and a hundred thousand signs are read at once', () => {
    const thought = '<think><tool_call>{"name": "a"}</tool_call></think>Fine.';
    expect(callsIn(thought, thought.indexOf('Fine'))).toEqual({ kind: 'none' });
    expect(callsIn('<tool_call>'.repeat(100_000), 0)).toMatchObject({ kind: 'unread' });
    expect(callsIn('{'.repeat(100_000), 0)).toEqual({ kind: 'none' });
  });
});

test('one text is the argument, several are JSON, bounded and on one line', () => {
  const of = (given: Record<string, unknown>) => argumentOf({ name: 'a', arguments: given });
  expect(of({ argument: ' Paris\n now ', unit: 'C' })).toBe('Paris now');
  expect(of({ place: 'Paris' })).toBe('Paris');
  expect(of({ place: 3 })).toBe('3');
  expect(of({ place: 'Paris', unit: 'C' })).toBe('{"place":"Paris","unit":"C"}');
  expect(of({})).toBe('');
  expect(of({ argument: null })).toBe('');
  expect(of({ argument: 'x'.repeat(5000) })).toHaveLength(300);
  const proto: unknown = JSON.parse('{"__proto__": "Paris"}');
  expect(of(proto as Record<string, unknown>)).toBe('Paris');
});
