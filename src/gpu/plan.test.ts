// The plan without a GPU: how many dispatches, every row of a split matrix once, grids and bindings that every adapter accepts.

import { describe, expect, test } from 'vitest';
import { allIn } from '../../e2e/support/kernel-run.ts';
import { GPT2_124M_CONFIG, ODD_CONFIG } from '../../e2e/support/random-model.ts';
import { buildGraph } from '../model/architectures/architectures.ts';
import { allocateValues } from '../model/ir/allocate.ts';
import type { Graph } from '../model/ir/graph.ts';
import { fuse } from '../model/rewrites/fuse.ts';
import { withKv } from '../model/rewrites/half-keys.ts';
import type { KernelClass } from './device.ts';
import { type Dispatch, groupsOf, type RowsKind } from './dispatch.ts';
import { planDraw } from './kernels/draw.ts';
import { planStatistics } from './kernels/row_statistics.ts';
import { layoutWeights } from './layout.ts';
import { joinModule } from './module.ts';
import { planBody, planHead } from './plan.ts';
import { bytesPerSlot } from './pool.ts';
import type { StorageName } from './storage/storages.ts';

const MIB = 2 ** 20;
const CLASSES: readonly KernelClass[] = ['naive', 'barrier_free', 'workgroup', 'subgroup'];
const KINDS: readonly RowsKind[] = ['row', 'tile'];

interface Made {
  readonly graph: Graph;
  readonly body: Dispatch[];
  readonly head: Dispatch[];
  readonly all: Dispatch[];
}

function plan(
  config: object,
  kernelClass: KernelClass = 'barrier_free',
  rows: RowsKind = 'row',
  { storage = 'f32', limit = 2 ** 31, fused = true }: { storage?: StorageName; limit?: number; fused?: boolean } = {},
): Made {
  const plain = buildGraph(config).graph;
  const graph = fused ? fuse(plain) : plain;
  const layouts = layoutWeights(graph, allIn(storage), limit);
  const options = { kernelClass, rows, step: 'step' };
  const body = planBody(graph, layouts, allocateValues(graph), options);
  const head = planHead(graph, layouts, options, { logits: 'logits' });
  return { graph, body, head, all: [...body, ...head, planStatistics(graph, options, 'logits', 'statistics', 64)] };
}

const named = (dispatches: readonly Dispatch[], start: string) => dispatches.filter(d => d.label.startsWith(start));

test('GPT-2 takes 7 dispatches a layer, two embeddings, the last norm, the head and two for the draw: 90', () => {
  const { body, head } = plan(GPT2_124M_CONFIG, 'barrier_free', 'row', { storage: 'f16' });
  expect(body).toHaveLength(12 * 7 + 3);
  expect(head).toHaveLength(1);
  expect(body.length + head.length + planDraw('barrier_free', 'logits').length).toBe(90);
  expect(body.slice(0, 9).map(d => d.label)).toEqual([
    'wte.weight (embedding)',
    'wpe.weight (embedding)',
    'h.0.ln_1 (layernorm)',
    'h.0.attn.c_attn (linear_row)',
    'h.0.attn (attention)',
    'h.0.attn.c_proj (linear_row)',
    'h.0.ln_2 (layernorm)',
    'h.0.mlp.c_fc (linear_row)',
    'h.0.mlp.c_proj (linear_row)',
  ]);
});

const LLAMA = {
  model_type: 'llama',
  vocab_size: 64,
  hidden_size: 32,
  intermediate_size: 48,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 64,
};

test('a step takes 8 dispatches a layer of a Llama, of a Gemma with norms after and of an OLMo 2; a pair never writes what it reads', () => {
  const perLayer = (config: object, kernelClass: KernelClass, rows: RowsKind = 'row', limit = 2 ** 31) => {
    const of = (num_hidden_layers: number) => {
      const graph = fuse(buildGraph({ ...config, num_hidden_layers }).graph);
      const layouts = layoutWeights(graph, allIn('f32'), limit);
      const options = { kernelClass, rows, step: 'step', pairs: true };
      return planBody(graph, layouts, allocateValues(graph), options);
    };
    for (const { kernel, bind } of of(2)) {
      const written = bind.filter((_, i) => kernel.bindings[i]!.access === 'read_write').map(ref => ref.buffer);
      const read = bind.filter((_, i) => kernel.bindings[i]!.access === 'read').map(ref => ref.buffer);
      expect(written.filter(buffer => read.includes(buffer))).toEqual([]);
    }
    return of(3).length - of(2).length;
  };
  for (const kernelClass of ['barrier_free', 'workgroup', 'subgroup'] as const)
    for (const rows of ['row', 'few', 'tile'] as const) {
      expect(perLayer(LLAMA, kernelClass, rows)).toBe(8);
      expect(perLayer({ ...LLAMA, model_type: 'qwen3', head_dim: 8 }, kernelClass, rows)).toBe(8);
      expect(perLayer({ ...LLAMA, model_type: 'gemma2', head_dim: 8 }, kernelClass, rows)).toBe(8);
      expect(perLayer({ ...LLAMA, model_type: 'gemma3_text', head_dim: 8 }, kernelClass, rows)).toBe(8);
      for (const num_key_value_heads of [4, 2])
        expect(perLayer({ ...LLAMA, model_type: 'olmo2', num_key_value_heads }, kernelClass, rows)).toBe(8);
    }
  expect(perLayer(LLAMA, 'naive')).toBe(9);
  // The gated product in two parts and a gate.
  expect(perLayer(LLAMA, 'barrier_free', 'row', 48 * 128)).toBeGreaterThan(9);
});

describe.each([
  { title: 'GPT-2', config: GPT2_124M_CONFIG },
  { title: 'a Llama', config: LLAMA },
])('keys and values of $title in f16', ({ config }) => {
  const full = buildGraph(config).graph;
  const half = withKv(full, 'f16');
  const { n_layer } = full.dims;

  test.each(CLASSES)('are packed by what makes them, one dispatch a layer, and read as they lie: %s', kernelClass => {
    const bodyOf = (graph: Graph) => {
      const fused = fuse(graph);
      const layouts = layoutWeights(fused, allIn('f32'), 2 ** 31);
      return planBody(fused, layouts, allocateValues(fused), { kernelClass, rows: 'row', step: 'step' });
    };
    const packed = ({ consts, bind }: Dispatch) =>
      consts.KV_F16 === true && bind.some(({ buffer }) => buffer.startsWith('kv/'));
    const body = bodyOf(half);
    expect(body.map(({ label }) => label)).toEqual(bodyOf(full).map(({ label }) => label));
    // Each before the attention of its layer.
    expect(
      body.filter(packed).map(({ kernel, bind }) => {
        const binding = bind.findIndex(({ buffer }) => buffer.startsWith('kv/'));
        return [kernel.bindings[binding]?.access, bind[binding]?.buffer];
      }),
    ).toEqual(
      Array.from({ length: n_layer }, (_, layer) => [
        ['read_write', `kv/${layer}`],
        ['read', `kv/${layer}`],
      ]).flat(),
    );
    expect(bodyOf(full).some(packed)).toBe(false);
  });

  test('take half the bytes of a slot; the final states stay whole', () => {
    const { n_kv_head, head_size } = full.dims;
    const saved = bytesPerSlot(fuse(full), 32) - bytesPerSlot(fuse(half), 32);
    expect(saved).toBe(n_layer * 2 * n_kv_head * head_size * 2);
  });
});

test('an odd number of keys has no packing and stays f32', () => {
  const { graph } = buildGraph({ ...ODD_CONFIG, n_embd: 15 });
  expect(withKv(graph, 'f16').kv).toBeUndefined();
});

test('under 128 MiB a binding the embedding of GPT-2 in f32 is split, for reading and for the head', () => {
  const { body, head } = plan(GPT2_124M_CONFIG, 'barrier_free', 'row', { limit: 128 * MIB });
  const rowsOf = (d: Dispatch) => [d.consts.ROW0, d.consts.ROWS];
  expect(head.map(rowsOf)).toEqual([
    [0, 25_129],
    [25_129, 25_128],
  ]);
  expect(named(body, 'wte').map(rowsOf)).toEqual(head.map(rowsOf));
  expect(head.map(d => d.bind[1]?.buffer)).toEqual(['weight/wte.weight/0', 'weight/wte.weight/1']);
  expect(body).toHaveLength(12 * 7 + 4);
});

describe.each(CLASSES.flatMap(kernelClass => KINDS.map(rows => ({ kernelClass, rows }))))('$kernelClass, $rows', c => {
  test('under a small limit every row of every matrix is computed once', () => {
    const { graph, body, head } = plan(ODD_CONFIG, c.kernelClass, c.rows, { limit: 4_096 });
    for (const { name, shape } of graph.weights) {
      const [rows, cols] = shape;
      if (cols === undefined) continue;
      const users = [...body, ...head].filter(d => d.bind[1]?.buffer.startsWith(`weight/${name}/`));
      for (const kernel of new Set(users.map(d => d.kernel.name))) {
        const covered = users
          .filter(
            d =>
              d.kernel.name === kernel && (name !== graph.head || d.label.startsWith('head') || kernel === 'embedding'),
          )
          .flatMap(d => Array.from({ length: Number(d.consts.ROWS) }, (_, i) => Number(d.consts.ROW0) + i));
        expect(covered).toEqual(Array.from({ length: rows }, (_, i) => i));
      }
      expect(users.length).toBeGreaterThan(0);
    }
  });

  test('grids stay within 65,535 a dimension and reach every output, for a vocabulary of 300,000', () => {
    const config = { ...ODD_CONFIG, vocab_size: 300_000, n_positions: 1_024 };
    const { all, head } = plan(config, c.kernelClass, c.rows);
    for (const { grid, label } of all) {
      for (const extent of grid) {
        expect(groupsOf(extent, 1_024), label).toBeLessThanOrEqual(65_535);
        expect(groupsOf(extent, 1), label).toBeGreaterThanOrEqual(1);
      }
    }
    const { grid, kernel, consts } = head[0]!;
    const clusters = Number(consts.WORKGROUP) / Number(consts.CLUSTER);
    const outputsPerGroup: Record<string, number> = { linear_row_workgroup: 4 * clusters };
    expect(groupsOf(grid[0], 1) * groupsOf(grid[2], 1) * (outputsPerGroup[kernel.name] ?? 64)).toBeGreaterThanOrEqual(
      300_000,
    );
  });

  test.each([true, false])(
    'no dispatch reads and writes one buffer; all bindings and constants are there (fused: %s)',
    fused => {
      const { all } = plan(ODD_CONFIG, c.kernelClass, c.rows, { fused, limit: 8_192, storage: 'f16' });
      for (const { label, kernel, bind, consts, storage } of all) {
        const { bindings } = kernel;
        expect(bind, label).toHaveLength(bindings.length);
        const written = bind.filter((_, i) => bindings[i]!.access === 'read_write').map(ref => ref.buffer);
        const read = bind.filter((_, i) => bindings[i]!.access === 'read').map(ref => ref.buffer);
        expect(
          written.filter(buffer => read.includes(buffer)),
          label,
        ).toEqual([]);
        expect(new Set(written).size, label).toBe(written.length);
        for (const { offset = 0, size = 0 } of bind) {
          expect(offset % 256).toBe(0);
          expect(size % 4).toBe(0);
        }
        // Throws for a missing, unknown or ill-typed constant.
        joinModule(kernel, storage, consts);
      }
    },
  );
});

test('a head size that is no multiple of four goes to the naive kernel; wide heads too, where the fast one cannot hold them', () => {
  const attention = (config: object, kernelClass: KernelClass) =>
    plan(config, kernelClass).body.find(d => d.kernel.name.startsWith('attention'))?.kernel.name;
  expect(attention(ODD_CONFIG, 'barrier_free')).toBe('attention_naive');
  const wide = { ...ODD_CONFIG, n_head: 1, n_embd: 320 };
  expect(attention(wide, 'workgroup')).toBe('attention_naive');
  expect(attention(wide, 'barrier_free')).toBe('attention');
  expect(attention({ ...ODD_CONFIG, n_embd: 60 }, 'subgroup')).toBe('attention_workgroup');
});

test('a step of more rows changes the number of groups and nothing else', () => {
  const { body } = plan(ODD_CONFIG, 'barrier_free', 'tile');
  const fc = named(body, 'h.0.mlp.c_fc')[0]!;
  const gridOf = (T: number) => fc.grid.map(extent => groupsOf(extent, T));
  const [across] = gridOf(1);
  expect([1, 8, 9, 64].map(gridOf)).toEqual([1, 1, 2, 8].map(down => [across, down, 1]));
});
