// The numbers of the picture: lengths, directions and heads worked out by hand, for parts one after the other and side by side.
import { describe, expect, test } from 'vitest';
import { readyPage } from '../../../e2e/support/scripted-page.ts';
import type { LayerAnatomy } from '../../model/ir/anatomy.ts';
import type { EventOf, LoadedModel } from '../../protocol/events.ts';
import { entropyOf, flowFacts, lensAt, stationsOf } from './facts.ts';
import { halfWidth, layoutOf, pulseAt } from './layout.ts';

const none = new Float32Array();

/** Two channels, one layer: [3, 4], to which attention adds [0, -4] and the MLP [3, 8], so that it ends as [6, 8]. */
const trace: EventOf<'traced'> = {
  type: 'traced',
  run: 1,
  position: 2,
  embedding: Float32Array.of(3, 4),
  positional: none,
  residual: Float32Array.of(3, 4, 6, 8),
  attention: Float32Array.of(0, -4),
  mlp: Float32Array.of(3, 8),
  before: none,
  after: none,
  final: Float32Array.of(0.6, 0.8),
  rows: none,
};

/** Two heads over three positions: the first rests on position 0 and looks little at 1, the second looks at 2 alone. */
const attention: EventOf<'attention'> = {
  type: 'attention',
  run: 2,
  position: 2,
  weights: Float32Array.of(0.75, 0.25, 0, 0, 0, 1),
};

async function modelOf(part: Partial<LayerAnatomy>, mixer: LoadedModel['mixers'][number] = 'attention') {
  const page = await readyPage();
  const { load } = page.model.getState();
  page.dispose();
  if (load.status !== 'ready') throw new Error('no model');
  const { anatomy, dims } = load.model;
  const [layer] = anatomy.layers;
  if (layer === undefined) throw new Error('no layer');
  return {
    dims: { ...dims, n_embd: 2, n_layer: 1, n_head: 2 },
    mixers: [mixer],
    anatomy: { ...anatomy, additive: true, layers: [{ ...layer, ...part }] },
  };
}

describe('numbers', () => {
  test('lengths and directions of what is added, the stream behind each part, the strongest head', async () => {
    const facts = flowFacts(trace, attention, await modelOf({ parallel: false }));
    expect(facts.embedded).toEqual({ norm: 5, near: 1 });
    const [layer] = facts.layers;
    expect(layer?.mix).toEqual({ norm: 4, toward: -0.8, stream: 3 });
    expect(layer?.mlp.norm).toBeCloseTo(Math.hypot(3, 8), 6);
    expect(layer?.mlp.toward).toBeCloseTo((18 + 64) / (10 * Math.hypot(3, 8)), 6);
    expect(layer?.mlp.stream).toBe(10);
    expect(layer?.norm).toBe(10);
    expect(layer?.near).toBe(1);
    expect(facts.final).toBeCloseTo(1, 6);
    expect(facts.most).toEqual({ part: layer?.mlp.norm, stream: 10 });
    expect(layer?.heads?.map(({ look }) => [look.at, look.weight])).toEqual([
      [1, 0.25],
      [2, 1],
    ]);
    expect(layer?.strongest?.look.head).toBe(1);
    expect(layer?.strongest?.entropy).toBe(0);
    expect(layer?.heads?.[0]?.entropy).toBeCloseTo(-0.75 * Math.log(0.75) - 0.25 * Math.log(0.25), 6);
  });

  test('side by side no stream lies between the parts; without attention there are no heads', async () => {
    const parallel = flowFacts(trace, attention, await modelOf({ parallel: true })).layers[0];
    expect(parallel?.mix.stream).toBeNull();
    expect(parallel?.mlp.stream).toBe(10);
    const layer = flowFacts(trace, attention, await modelOf({}, 'delta_rule')).layers[0];
    expect([layer?.heads, layer?.strongest]).toEqual([null, null]);
  });

  test('a head that looks at all alike has the logarithm of their number', () => {
    expect(entropyOf([0.25, 0.25, 0.25, 0.25])).toBeCloseTo(Math.log(4), 12);
    expect(entropyOf([1, 0])).toBe(0);
  });
});

describe('the way', () => {
  test('goes through every part once, and a prediction stands where a layer ends', () => {
    const stations = stationsOf(2);
    expect(stations.map(({ kind }) => kind)).toEqual(['embedding', 'mix', 'mlp', 'mix', 'mlp', 'norm', 'head']);
    const lens = [3, 4, 5].map(id => ({ id, logprob: -1 }));
    expect(stations.map(station => lensAt(station, 2, lens)?.id ?? null)).toEqual([3, null, 4, null, 5, null, 5]);
    expect(stations.map(station => lensAt(station, 2, [])).every(top => top === null)).toBe(true);
  });

  test('every part stands within the picture at any width, none over another, and the pulse is at its part', () => {
    for (const width of [300, 358, 680]) {
      const layout = layoutOf(width, [{ parallel: false }, { parallel: true }]);
      const boxes = [
        layout.embedding,
        layout.norm,
        layout.head,
        ...layout.layers.flatMap(({ mix, mlp }) => [mix, mlp]),
      ];
      for (const box of boxes) {
        expect(box.x).toBeGreaterThanOrEqual(0);
        expect(box.width).toBeGreaterThan(40);
        expect(box.x + box.width).toBeLessThanOrEqual(layout.words);
        expect(box.y + box.height).toBeLessThan(layout.height);
        for (const other of boxes) {
          if (other === box) continue;
          const apart =
            box.x + box.width <= other.x ||
            other.x + other.width <= box.x ||
            box.y + box.height <= other.y ||
            other.y + other.height <= box.y;
          expect(apart).toBe(true);
        }
      }
      const heights = stationsOf(2).map(station => pulseAt(layout, station).y);
      expect(heights.toSorted((a, b) => a - b)).toEqual(heights);
    }
  });

  test('the stream is never thinner than a line, and longest where it is widest', () => {
    expect(halfWidth(0, 0)).toBeGreaterThan(0);
    expect(halfWidth(1, 100)).toBeLessThan(halfWidth(25, 100));
    expect(halfWidth(100, 100)).toBeLessThan(12);
  });
});
