// The kernels draw_pieces and draw against their twin: the same list to the last bit, sums within their bound, and the same token.
import { beforeAll, describe, expect, test } from 'vitest';
import { drawTwin, type TwinTable } from '../../e2e/support/draw-twin.ts';
import { openTestGpu } from '../../e2e/support/gpu-model.ts';
import { FILLER, noise, padRows, runDispatches } from '../../e2e/support/kernel-run.ts';
import type { Gpu, KernelClass } from './device.ts';
import {
  DRAW_WORDS,
  type DrawRecord,
  type DrawSetting,
  OPEN_DRAW as OPEN,
  readRecord,
  settingWords,
} from './draw-record.ts';
import { planDraw } from './kernels/draw.ts';

/** A quarter of what the proof of a draw allows a sum. */
const BOUND = 2 ** -18;
const wide = (V: number) => noise(V, V).map((x, id) => 40 * x * x * x - 30 + (id % 3));

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

describe.each<KernelClass>(['barrier_free', 'workgroup'])('draw, %s', kernelClass => {
  async function recordOf(logits: Float32Array, setting: DrawSetting, table: TwinTable | null = null) {
    const touched = new Uint32Array(DRAW_WORDS['draw/touched']);
    touched.set(table?.touched ?? []);
    const record = new Uint32Array(DRAW_WORDS['draw/record']).fill(FILLER);
    if (table) record[0] = table.pending;
    const contents = {
      'draw/setting': settingWords(setting, logits.length),
      logits: padRows(logits, logits.length),
      'draw/pieces': new Float32Array(DRAW_WORDS['draw/pieces']).fill(FILLER),
      'draw/found': new Float32Array(DRAW_WORDS['draw/found']).fill(FILLER),
      'draw/touched': touched,
      'draw/bins': new Uint32Array(DRAW_WORDS['draw/bins']).fill(FILLER),
      'draw/record': record,
    };
    return runDispatches(gpu, planDraw(kernelClass, 'logits'), contents, 1, 'draw/record');
  }

  async function expectTwin(logits: Float32Array, setting: DrawSetting, table: TwinTable | null = null): Promise<void> {
    const got = readRecord(await recordOf(logits, setting, table));
    const wanted = readRecord(drawTwin(logits, settingWords(setting, logits.length), 0, table));
    expect(got.sound).toBe(wanted.sound);
    if (!wanted.sound) return;
    expect(new Uint32Array(got.logits.slice().buffer)).toEqual(new Uint32Array(wanted.logits.slice().buffer));
    for (const key of ['ids', 'guess', 'finite', 'whole', 'past'] as const) expect(got[key], key).toEqual(wanted[key]);
    if (got.guess !== null) expect(got.logit).toBe(wanted.logit);
    if (got.guess !== null && !got.ids.includes(got.guess)) expect(got.before).toBe(wanted.before);
    // Shares are whole numbers: exact.
    if (got.whole || got.past)
      for (const key of ['kept', 'near', 'below', 'sure', 'raised'] as const) expect(got[key], key).toBe(wanted[key]);
    if (got.past) expect(got.others).toBe(wanted.others);
    // Lanes find raised ids in any order, and of too many any of them.
    const raised = ({ raisedIds, raisedLogits }: DrawRecord) =>
      new Map([...raisedIds].map((id, i) => [id, raisedLogits[i]]));
    if (got.raised === got.raisedIds.length) expect(raised(got)).toEqual(raised(wanted));
    for (const key of ['added', 'moved'] as const)
      if (setting.change) expect(Math.abs(got[key] - wanted[key])).toBeLessThanOrEqual(1e-4 * wanted.moved + 1e-30);
    for (const key of ['tail', 'cutTail'] as const) {
      expect(Math.abs(got[key].sum - wanted[key].sum), key).toBeLessThanOrEqual(BOUND * wanted[key].sum + 1e-30);
      const weighted = Math.abs(wanted[key].weighted);
      expect(Math.abs(got[key].weighted - wanted[key].weighted), key).toBeLessThanOrEqual(BOUND * weighted + 1e-30);
    }
  }

  test.each([1, 5, 224, 225, 1_023, 1_025, 5_003, 151_936])('a vocabulary of %i', async V => {
    const logits = wide(V);
    for (const setting of [
      OPEN,
      { ...OPEN, u: 0.999 },
      { ...OPEN, topK: 1 },
      { ...OPEN, topK: 60, typicalP: 0.6, u: 0.4 },
      { cutTemperature: 0.8, drawTemperature: 0.8, topK: 0, topP: 0.9, minP: 0, typicalP: 1, u: 0.3, change: null },
      { cutTemperature: 1, drawTemperature: 0.5, topK: 40, topP: 0.95, minP: 0.001, typicalP: 1, u: 0.1, change: null },
    ])
      await expectTwin(logits, setting);
  });

  test('flat rows: all of a row, and nuclei that end past the list, wherever logits lie', async () => {
    const V = 6_007;
    for (const about of [0, -150, 90, 223]) {
      const logits = noise(V, 3).map(x => about + 2 * (x - 0.5));
      for (const [temperature, topP, u] of [
        [0.8, 0.95, 0.2],
        [0.8, 0.5, 0.999],
        [0.3, 0.9, 0.6],
        [1.7, 0.999, 0],
        [5, 0.3, 0.4],
        [1, 1, 0.7],
      ] as const) {
        const setting = { ...OPEN, cutTemperature: temperature, drawTemperature: temperature, topP, u };
        await expectTwin(logits, setting);
        const { whole, past } = readRecord(await recordOf(logits, setting));
        expect(whole || past, `${about}, ${temperature}`).toBe(true);
      }
    }
  });

  test('logits too far from 0 for the steps of a share: no guess', async () => {
    for (const about of [230, -230, 1e6]) {
      const logits = noise(3_000, 3).map(x => about + x);
      await expectTwin(logits, OPEN);
      const record = readRecord(await recordOf(logits, OPEN));
      expect(record).toMatchObject({ sound: true, guess: null, whole: false, past: false });
    }
  });

  test('ties, both zeros, rows that are flat or mostly ruled out', async () => {
    const V = 3_000;
    const rows = [
      wide(V).map(x => Math.round(x / 4) * 4),
      wide(V).map(x => (x < -30 ? -0 : 0)),
      new Float32Array(V).fill(2),
      wide(V).map((x, id) => (id % 50 === 7 ? x : -Infinity)),
      wide(V).map((x, id) => (id === 2_999 ? 3e38 : -3e38 + x)),
      new Float32Array(V).fill(-Infinity),
    ];
    for (const row of rows) for (const topP of [1, 0.9]) await expectTwin(row, { ...OPEN, topP });
  });

  test('changed logits: lowered, raised into the list, banned, and the id that the step before drew', async () => {
    const bits = (bias: number) => new Uint32Array(Float32Array.of(bias).buffer)[0]!;
    for (const V of [150, 2_048]) {
      const logits = wide(V);
      const order = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]!);
      const entries = [
        [order[0]!, 3, 2, bits(0)],
        [order[1]!, 0, 0, bits(-Infinity)],
        [order[7]!, 1, 0, bits(0)],
        [order[V - 1]!, 0, 0, bits(100)],
        [order[V - 2]!, 0, 0, bits(-5)],
        [order[60]!, 1, 1, bits(2)],
      ];
      const touched = Uint32Array.from(entries.flat());
      for (const pending of [order[0]!, order[2]!])
        for (const topP of [0.95, 1]) {
          const change = { touched: entries.length, pending: true, repetition: 1.2, frequency: 0.5, presence: -0.25 };
          await expectTwin(logits, { ...OPEN, topP, change }, { touched, pending });
          await expectTwin(logits, { ...OPEN, topK: 1, change: { ...change, pending: false } }, { touched, pending });
        }
    }
  });

  test('a logit that is no number is seen, wherever it is', async () => {
    for (const [id, bad] of [
      [0, Number.NaN],
      [2_047, Number.POSITIVE_INFINITY],
      [1_024, Number.NaN],
    ] as const) {
      const logits = wide(2_048);
      logits[id] = bad;
      expect(readRecord(await recordOf(logits, OPEN)).sound).toBe(false);
    }
  });
});
