// Who owns a buffer, on a stand-in for a device that fails on demand: nothing survives a failure or the end of its scope.
import { describe, expect, test } from 'vitest';
import { Scope } from './scope.ts';

interface Fault {
  readonly at: number;
  readonly kind: 'out-of-memory' | 'validation' | 'throw';
}

/** A device with a real stack of error scopes; `fault.at` counts buffers from 0. */
function baseline(fault?: Fault) {
  const stack: { readonly filter: string; error: { message: string } | null }[] = [];
  const log: string[] = [];
  const usages: number[] = [];
  let count = 0;
  const device = {
    pushErrorScope: (filter: string) => void stack.push({ filter, error: null }),
    popErrorScope: async () => {
      const scope = stack.pop();
      if (!scope) throw new Error('no error scope');
      return scope.error;
    },
    createBuffer: ({ label, size, usage }: GPUBufferDescriptor) => {
      const failing = fault?.at === count++ ? fault.kind : null;
      if (failing === 'throw') throw new RangeError('createBuffer failed, size is too large');
      if (failing) {
        const catcher = stack.findLast(scope => scope.filter === failing);
        if (catcher) catcher.error ??= { message: `${failing} at ${label}` };
      }
      log.push(`made ${label}`);
      usages.push(usage);
      return { label, size, destroy: () => void log.push(`destroyed ${label}`) };
    },
  };
  return { device: device as unknown as GPUDevice, log, stack };
}
const spec = (label: string, size: number) => ({ label, size, usage: 0x80 });

test('buffers carry the names of their scopes, and bytes count the scopes inside', async () => {
  const { device, log } = baseline();
  const outer = new Scope('device', device);
  const inner = outer.open('model');
  await outer.buffer('a', 5, 0x80);
  const [b] = await inner.buffers([spec('b', 32), spec('c', 1)]);
  expect(b!.label).toBe('model/b');
  expect(log).toEqual(['made device/a', 'made model/b', 'made model/c']);
  expect(inner.bytes).toBe(48); // sizes are rounded up to 16
  expect(outer.bytes).toBe(64);
  inner[Symbol.dispose]();
  expect(outer.bytes).toBe(16);
  expect(inner.bytes).toBe(0);
});

test('closing destroys inner scopes first, and everything once', async () => {
  const { device, log } = baseline();
  const outer = new Scope('device', device);
  const [one, two] = [outer.open('one'), outer.open('two')];
  const deep = one.open('deep');
  for (const scope of [outer, one, two, deep]) await scope.buffer('x', 16, 0x80);
  log.length = 0;
  outer[Symbol.dispose]();
  outer[Symbol.dispose]();
  deep[Symbol.dispose]();
  expect(log).toEqual(['destroyed deep/x', 'destroyed one/x', 'destroyed two/x', 'destroyed device/x']);
});

test('a closed scope takes no more', async () => {
  const { device, log } = baseline();
  const scope = new Scope('run', device);
  scope[Symbol.dispose]();
  await expect(scope.buffer('x', 16, 0x80)).rejects.toMatchObject({ code: 'internal' });
  expect(() => scope.open('inner')).toThrow('closed');
  expect(log).toEqual([]);
});

test('a scope that closes while its buffers are made keeps none of them', async () => {
  const { device, log } = baseline();
  const scope = new Scope('model', device);
  const making = scope.buffer('x', 16, 0x80);
  scope[Symbol.dispose]();
  await expect(making).rejects.toThrow('closed');
  expect(log).toEqual(['made model/x', 'destroyed model/x']);
  expect(scope.bytes).toBe(0);
});

describe.each<{ kind: Fault['kind']; code: string; message: string }>([
  { kind: 'out-of-memory', code: 'out_of_memory', message: 'out-of-memory at model/' },
  { kind: 'validation', code: 'model_too_large', message: 'validation at model/' },
  { kind: 'throw', code: 'out_of_memory', message: 'size is too large' },
])('$kind', ({ kind, code, message }) => {
  test.each([0, 1, 2])('at buffer %i of 3: none is left, and the right code', async at => {
    const { device, log, stack } = baseline({ at, kind });
    const scope = new Scope('model', device);
    const error: unknown = await scope.buffers([spec('a', 16), spec('b', 100), spec('c', 7)]).catch((e: unknown) => e);
    expect(error).toMatchObject({ code, detail: { bytes: 123, scope: 'model' } });
    expect((error as Error).message).toContain(message);
    const made = log.filter(line => line.startsWith('made')).map(line => line.slice(5));
    expect(log.filter(line => line.startsWith('destroyed')).map(line => line.slice(10))).toEqual(made);
    expect(scope.bytes).toBe(0);
    expect(stack).toHaveLength(0); // the error scopes are balanced
    // The scope itself goes on.
    await scope.buffer('d', 16, 0x80);
    expect(scope.bytes).toBe(16);
  });
});

test('error scopes of two reservations at a time do not mix', async () => {
  const { device } = baseline({ at: 1, kind: 'out-of-memory' });
  const scope = new Scope('model', device);
  const outcomes = await Promise.allSettled([
    scope.buffer('a', 16, 1),
    scope.buffer('b', 16, 1),
    scope.buffer('c', 16, 1),
  ]);
  expect(outcomes.map(o => o.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(scope.bytes).toBe(32);
});
