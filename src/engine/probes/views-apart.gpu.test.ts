// Views of the inside stay out of the way on a real adapter: the decode step is the same before, while and after they are open, their
// memory comes back, and a view that finds no room leaves all else working.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { loadGolden } from '../../../e2e/support/golden.ts';
import { type GpuModel, loadOnGpu, openOwnGpu, openTestGpu } from '../../../e2e/support/gpu-model.ts';
import type { Unnumbered } from '../../protocol/commands.ts';
import type { ProbeCommand, ProbeView } from '../../protocol/probe-commands.ts';
import type { ProbeEvent } from '../../protocol/probe-events.ts';
import { answerProbe } from './probe-answers.ts';

let model: GpuModel;
const ids = Uint32Array.from({ length: 37 }, (_, i) => (i * i * 13 + i) % 509);
beforeAll(async () => {
  const golden = await loadGolden('gpt2-odd');
  // Nothing of what its steps need may have been compiled by another test.
  model = await loadOnGpu(await openOwnGpu('barrier_free'), golden.config, { bytes: golden.weightsFile });
});
afterAll(() => model[Symbol.dispose]());

async function ask(command: Unnumbered<ProbeCommand>, { probes }: Pick<GpuModel, 'probes'> = model) {
  const events: ProbeEvent[] = [];
  const whole = { ...command, run: 1 } as ProbeCommand;
  const open = { probes, vocabulary: { bytes: [], eosIds: [] } };
  for await (const event of answerProbe(open, whole, new AbortController().signal)) events.push(event);
  return events;
}

const commands: Record<string, Unnumbered<ProbeCommand>> = {
  lens: { type: 'lens', tokens: ids, from: 0, to: ids.length, asked: 3 },
  attention: { type: 'attention', tokens: ids, position: 5 },
  attention_map: { type: 'attention_map', tokens: ids, layer: 1, head: null, from: 0 },
  ablate: { type: 'ablate', tokens: ids, from: 1, off: [{ kind: 'mlp', layer: 0 }], baseline: 'mean' },
  sweep: { type: 'sweep', tokens: ids, id: 3, parts: [{ kind: 'head', layer: 0, head: 1 }], baseline: 'zero' },
  pinned: { type: 'pinned', tokens: ids, pins: Uint32Array.of(3, 4), from: 0, to: ids.length },
  grow: { type: 'grow', tokens: ids, depth: 2, children: 3, floor: 0 },
  trace: { type: 'trace', tokens: ids, position: 5 },
  measure_cache: { type: 'measure_cache', tokens: ids, lengths: [4] },
};
const VIEWS: readonly ProbeView[] = ['lens', 'attention', 'ablation', 'trace'];

async function closeAll(): Promise<void> {
  for (const view of VIEWS) await ask({ type: 'close_view', view });
}

/** A method of an object as it is now. */
function methodOf(target: object, name: string): (...asked: unknown[]) => unknown {
  const found: unknown = Reflect.get(target, name);
  if (typeof found !== 'function') throw new Error(`${name} is no method`);
  return (...asked) => Reflect.apply(found, target, asked);
}

const DRAW = { cutTemperature: 1, drawTemperature: 1, topK: 0, topP: 1, minP: 0, typicalP: 1, u: 0.5, change: null };

/** What one decode step tells the GPU to do, object by object, and what it makes anew. */
async function decodeStep(next: number): Promise<{ calls: unknown[][]; made: string[] }> {
  const { device } = model.gpu;
  const [calls, made]: [unknown[][], string[]] = [[], []];
  const own = (target: object, name: string, value: unknown) =>
    Object.defineProperty(target, name, { value, configurable: true });
  const makers = ['createBuffer', 'createBindGroup', 'createComputePipeline', 'createComputePipelineAsync'] as const;
  for (const name of makers) {
    const make = methodOf(device, name);
    own(device, name, (...asked: unknown[]) => {
      made.push(name);
      return make(...asked);
    });
  }
  const create = device.createCommandEncoder.bind(device);
  own(device, 'createCommandEncoder', (...asked: [GPUCommandEncoderDescriptor?]) => {
    const encoder = create(...asked);
    const begin = encoder.beginComputePass.bind(encoder);
    own(encoder, 'beginComputePass', (...how: [GPUComputePassDescriptor?]) => {
      const pass = begin(...how);
      for (const name of ['setPipeline', 'setBindGroup', 'dispatchWorkgroups'] as const) {
        const call = methodOf(pass, name);
        own(pass, name, (...what: unknown[]) => {
          calls.push([name, ...what]);
          return call(...what);
        });
      }
      return pass;
    });
    return encoder;
  });
  try {
    const draw = await model.session.draw(Uint32Array.from([...ids, next]), DRAW);
    await draw.read();
    return { calls, made };
  } finally {
    for (const name of [...makers, 'createCommandEncoder']) Reflect.deleteProperty(device, name);
  }
}

describe('the decode step', () => {
  test('is the same list of dispatches over the same bindings before views, with all of them open, and after', async () => {
    const { session, runner } = model;
    await session.prefill(ids);
    expect(await session.canDraw()).toBe(true);
    const plan = JSON.stringify(runner.decodePlan);
    const before = await decodeStep(1);
    expect(before.made).toEqual([]);
    expect(before.calls.filter(([name]) => name === 'dispatchWorkgroups')).toHaveLength(runner.dispatchesPerToken);
    const same = async (next: number) => {
      expect(JSON.stringify(runner.decodePlan)).toBe(plan);
      const step = await decodeStep(next);
      expect(step.made).toEqual([]);
      expect(step.calls).toHaveLength(before.calls.length);
      // Pipelines and bind groups are the very objects, not equal ones.
      for (const [i, call] of step.calls.entries()) {
        for (const [j, what] of call.entries()) expect(what === before.calls[i]![j]).toBe(true);
      }
    };
    for (const [name, command] of Object.entries(commands)) {
      const events = await ask(command);
      expect(events.length, name).toBeGreaterThan(0);
      await session.prefill(ids);
    }
    await same(2);
    await closeAll();
    await same(3);
    const plain = new Set(runner.decodePlan.map(({ kernel }) => kernel.name));
    for (const kernel of ['mask', 'attention_weights', 'lens_statistics', 'column_mean']) {
      expect(plain.has(kernel)).toBe(false);
    }
  });
});

describe('memory', () => {
  const state = () => ({ bytes: model.gpu.scope.bytes, free: model.probes.context.cache.free });

  beforeEach(async () => {
    await closeAll();
    await model.session.prefill(ids);
    await model.batch?.prepare(false); // stays with the model, for whoever steps several texts at once
  });

  test.each(Object.keys(commands))('%s gives back what it took, once closed', async name => {
    const before = state();
    await ask(commands[name]!);
    expect(state().free).toBe(before.free);
    await closeAll();
    expect(state()).toEqual(before);
  });

  /** Runs `work` on a device that refuses what `refused` says. */
  async function refusing<T>(
    name: 'createBuffer' | 'createBindGroup',
    refused: (label: string) => boolean,
    work: () => Promise<T>,
  ): Promise<T> {
    const { device } = model.gpu;
    const make = methodOf(device, name);
    Object.defineProperty(device, name, {
      configurable: true,
      value: (descriptor: GPUObjectDescriptorBase) => {
        if (refused(descriptor.label ?? '')) throw new RangeError('no room');
        return make(descriptor);
      },
    });
    try {
      return await work();
    } finally {
      Reflect.deleteProperty(device, name);
    }
  }

  test.each(['lens', 'attention', 'attention_map', 'ablate', 'sweep', 'pinned', 'grow', 'trace'])(
    '%s without room says so, keeps nothing, and works later',
    async name => {
      const before = state();
      const row = await model.session.next(ids);
      // The last buffer that the view takes: all before it must be given back.
      const labels: string[] = [];
      await refusing(
        'createBuffer',
        label => labels.push(label) < 0,
        () => ask(commands[name]!),
      );
      await closeAll();
      const own = labels.filter(label => /^(probe|grow|rows)\//.test(label));
      expect(own).not.toHaveLength(0);
      let left = own.length;
      const asked = refusing(
        'createBuffer',
        label => /^(probe|grow|rows)\//.test(label) && --left === 0,
        () => ask(commands[name]!),
      );
      await expect(asked).rejects.toMatchObject({ code: 'out_of_memory' });
      if (name === 'sweep') await closeAll(); // what it shares with ablation was open by then
      expect(state()).toEqual(before);
      expect(await model.session.next(ids)).toEqual(row);
      expect((await ask(commands[name]!)).length).toBeGreaterThan(0);
    },
  );

  test.each([
    ['lens', /lens_statistics/],
    ['ablate', /column_mean/],
    ['attention_map', /attention_mean/],
    ['sweep', /lens_statistics/],
  ])('%s whose own kernels cannot be bound keeps nothing', async (name, refused) => {
    const before = state();
    const asked = refusing(
      'createBindGroup',
      label => refused.test(label),
      () => ask(commands[name]!),
    );
    await expect(asked).rejects.toThrow('no room');
    await closeAll();
    expect(state()).toEqual(before);
    expect((await ask(commands[name]!)).length).toBeGreaterThan(0);
  });
});

test('a single logit that is not a number fails every view that reads rows, by name', async () => {
  const { config, weightsFile, tensors } = await loadGolden('gpt2-odd');
  const bytes = weightsFile.slice();
  // The row of a token that is not in the text: its logit alone is spoilt.
  const spoilt = 400;
  expect(ids.includes(spoilt)).toBe(false);
  const { begin, shape } = [...tensors.values()].find(({ name }) => name.endsWith('wte.weight'))!;
  new DataView(bytes.buffer).setFloat32(begin + spoilt * shape[1]! * 4, Number.NaN, true);
  using broken = await loadOnGpu(await openTestGpu('barrier_free'), config, { bytes });
  const pins = Uint32Array.of(3, spoilt);
  const views = ['lens', 'ablate', 'sweep', 'pinned', 'grow', 'measure_cache'];
  for (const name of views) {
    const asked = ask(
      name === 'pinned' ? ({ ...commands.pinned!, pins } as Unnumbered<ProbeCommand>) : commands[name]!,
      broken,
    );
    await expect(asked, name).rejects.toMatchObject({ code: 'nan_logits' });
  }
  // What reads no logits goes on, and so do pins that are sound.
  for (const name of ['attention', 'trace', 'pinned']) {
    expect((await ask(commands[name]!, broken)).length, name).toBeGreaterThan(0);
  }
});
