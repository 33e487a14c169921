// Rewrites for views of the inside: they add what is asked for and leave the model's own numbers as they are.
import { describe, expect, test } from 'vitest';
import { caseOf7, goldenNames, loadGolden } from '../../../e2e/support/golden.ts';
import { referenceWeights } from '../../../e2e/support/reference-weights.ts';
import { defined } from '../../lib/assert.ts';
import { run } from '../../reference/run.ts';
import { buildGraph } from '../architectures/architectures.ts';
import { allocateValues } from '../ir/allocate.ts';
import type { Graph, Op } from '../ir/graph.ts';
import { attendingLayers } from '../ir/mixers.ts';
import { renamed, valueWritten } from '../ir/ops.ts';
import { maskOf, withAblation } from './ablation.ts';
import { withAttention } from './attention-weights.ts';
import { fuse } from './fuse.ts';
import { residualStream, withLens } from './lens.ts';
import { traceValues } from './trace.ts';

async function open(name: (typeof goldenNames)[number]) {
  const golden = await loadGolden(name);
  const { graph } = buildGraph(golden.config);
  return { graph, weights: referenceWeights(graph, golden), case7: caseOf7(golden) };
}

describe.each(goldenNames)('%s', name => {
  test('the lens sees the golden residual stream through the last norm', async () => {
    const { graph, weights, case7 } = await open(name);
    const lens = withLens(graph);
    const plain = run(graph, weights, case7.tokens);
    const probed = run(fuse(lens.graph, lens.taps), weights, case7.tokens);
    expect(probed.logits(6)).toEqual(plain.logits(6));
    const C = graph.dims.n_embd;
    const lastRow = (value: string) => [...(probed.values.get(value) ?? []).slice(6 * C, 7 * C)];
    const stream = residualStream(graph);
    expect(stream).toHaveLength(graph.dims.n_layer + 1);
    expect(lens.taps).toHaveLength(graph.dims.n_layer);
    // The residual stream itself, where fusion kept its name, against the file; the tap as the norm of it.
    case7.hidden_last?.forEach((hidden, i) => {
      const row = lastRow(stream[i] ?? '');
      for (const [c, wanted] of hidden.entries()) expect(row[c]).toBeCloseTo(wanted, 7);
    });
    expect(lastRow(lens.taps[0] ?? '')).not.toEqual(lastRow('embed'));
  });

  test('attention weights are the golden rows and sum to 1', async () => {
    const { graph, weights, case7 } = await open(name);
    const columns = case7.tokens.length + 2;
    const rewritten = withAttention(graph, columns);
    const probed = run(fuse(rewritten.graph, rewritten.weights.values()), weights, case7.tokens);
    const { n_head } = graph.dims;
    expect([...rewritten.weights.keys()]).toEqual(attendingLayers(graph));
    case7.attention_last?.forEach((heads, i) => {
      const rows = probed.values.get([...rewritten.weights.values()][i] ?? '');
      heads.forEach((wanted, head) => {
        const at = (6 * n_head + head) * columns;
        const row = [...(rows ?? []).slice(at, at + columns)];
        for (const [s, weight] of wanted.entries()) expect(row[s]).toBeCloseTo(weight, 7);
        expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 10);
        expect(row.slice(wanted.length).every(weight => weight === 0)).toBe(true);
      });
    });
  });

  test('masks of 1 change nothing; a head, an attention block or an MLP that is off changes the numbers', async () => {
    const { graph, weights, case7 } = await open(name);
    const { graph: masked, masks, baselines } = withAblation(graph);
    const plain = run(graph, weights, case7.tokens).logits(6);
    const with_ = (off: number[]) => {
      const numbers = Array.from({ length: masks }, (_, i) => (off.includes(i) ? 0 : 1));
      return run(fuse(masked), weights, case7.tokens, {
        masks: numbers,
        baselines: new Float64Array(baselines),
      }).logits(6);
    };
    const same = with_([]);
    for (const [id, logit] of same.entries()) expect(logit).toBeCloseTo(plain[id] ?? Number.NaN, 12);
    const { n_head } = graph.dims;
    const offs = [
      [maskOf({ kind: 'head', layer: attendingLayers(graph)[0] ?? 0, head: 1 }, n_head)],
      [maskOf({ kind: 'attention', layer: 1 }, n_head)],
      [maskOf({ kind: 'mlp', layer: 1 }, n_head)],
    ];
    for (const off of offs)
      expect(Math.max(...with_(off).map((logit, id) => Math.abs(logit - plain[id]!)))).toBeGreaterThan(1e-3);
  });
});

test('kept values have buffers of their own, and the plain model has none of them', async () => {
  const { graph } = await open('gpt2-f32');
  const lens = withLens(graph);
  const { bufferOf } = allocateValues(fuse(lens.graph, lens.taps), lens.taps);
  const buffers = lens.taps.map(tap => bufferOf[tap]);
  expect(new Set(buffers).size).toBe(lens.taps.length);
  expect(fuse(graph).ops.some(op => op.op === 'mask' || op.op === 'attention_weights')).toBe(false);
});

/** The same model whose values are called `v0`, `v1`, ... in the order of writing. */
function anonymous(graph: Graph): Graph {
  const names = new Map(
    graph.ops
      .map(valueWritten)
      .filter(value => value !== null)
      .map((value, i) => [value, `v${i}`]),
  );
  const name = (value: string) => defined(names.get(value), value);
  return {
    ...graph,
    ops: graph.ops.map(op => renamed(op, name, name)),
    widths: Object.fromEntries(Object.entries(graph.widths).map(([value, width]) => [name(value), width])),
    final: name(graph.final),
    roles: {
      embedded: name(graph.roles.embedded),
      layers: graph.roles.layers.map(({ heads, attention, mlp, residual }) => ({
        heads: heads === null ? null : name(heads),
        attention: name(attention),
        mlp: name(mlp),
        residual: name(residual),
      })),
    },
  };
}

test('no rewrite knows the names of an architecture', async () => {
  const { graph, weights, case7 } = await open('gpt2-f32');
  const other = anonymous(graph);
  const numbers = ({ graph: rewritten }: { graph: Graph }, values: Iterable<string>) => {
    const { masks, baselines } = withAblation(graph);
    const ablation = { masks: new Array<number>(masks).fill(0.5), baselines: new Float64Array(baselines).fill(0.1) };
    const probed = run(rewritten, weights, case7.tokens, ablation);
    return [probed.logits(6), ...[...values].map(value => probed.values.get(value))];
  };
  const both = <T extends { graph: Graph }>(rewrite: (g: Graph) => T, values: (rewritten: T) => Iterable<string>) => {
    const [known, unknown] = [rewrite(graph), rewrite(other)];
    expect(numbers(unknown, values(unknown))).toEqual(numbers(known, values(known)));
  };
  both(withLens, ({ taps }) => taps);
  both(withAblation, ({ masked }) => masked.map(({ value }) => value));
  both(
    g => withAttention(g, 9),
    rewritten => rewritten.weights.values(),
  );
  both(
    g => ({ graph: g, values: traceValues(g) }),
    ({ values }) => [values.embedding, values.positional ?? '', ...values.residual, ...values.attention, ...values.mlp],
  );
});

test('a last norm of several ops is applied whole', async () => {
  const { graph, weights, case7 } = await open('gpt2-f32');
  const ops: Op[] = graph.ops.map(op =>
    renamed(
      op,
      value => value,
      value => (value === graph.final ? 'normed' : value),
    ),
  );
  ops.push({ op: 'activation', kind: 'relu', x: 'normed', out: graph.final });
  const longer = { ...graph, ops, widths: { ...graph.widths, normed: graph.dims.n_embd } };
  const lens = withLens(longer);
  const [first, last] = [lens.taps[0] ?? '', lens.taps.at(-1) ?? ''];
  const plain = run(withLens(graph).graph, weights, case7.tokens);
  const probed = run(lens.graph, weights, case7.tokens);
  for (const tap of [first, last])
    expect(probed.values.get(tap)).toEqual(plain.values.get(tap)?.map(number => Math.max(0, number)));
});

test('a model whose last norm reads anything but the residual stream is refused', async () => {
  const { graph } = await open('gpt2-f32');
  const ops: Op[] = graph.ops.map(op => (op.op === 'layernorm' && op.out === graph.final ? { ...op, x: 'wte' } : op));
  expect(() => withLens({ ...graph, ops })).toThrow('is made of');
});
