// What fusion makes of GPT-2, and what it must leave alone.

import { describe, expect, test } from 'vitest';
import { buildGraph } from '../architectures/architectures.ts';
import type { Graph, Op } from '../ir/graph.ts';
import { valuesRead, valueWritten } from '../ir/ops.ts';
import { fuse } from './fuse.ts';

const config = { model_type: 'gpt2', n_layer: 2, n_head: 2, n_embd: 8, n_positions: 16, vocab_size: 11 };
const { graph } = buildGraph(config);

/** A graph over [T, 4] values with an op list of its own; every value is 4 wide unless said. */
function small(ops: Op[], final: string, widths: Record<string, number> = {}): Graph {
  const written = ops.map(valueWritten).filter(value => value !== null);
  return { ...graph, ops, final, widths: { ...Object.fromEntries(written.map(value => [value, 4])), ...widths } };
}

const embed: Op = { op: 'embedding', table: 'wte.weight', index: 'id', out: 'x' };
const product: Op = { op: 'linear', x: 'x', weight: 'w', out: 'p' };
const biased: Op = { op: 'bias', x: 'p', bias: 'b', out: 'y' };

describe('fuse on gpt2', () => {
  const fused = fuse(graph);

  test('seven ops a layer, two before, one after', () => {
    expect(graph.ops).toHaveLength(3 + 15 * 2 + 1);
    const layer = ['layernorm', 'linear', 'attention', 'linear', 'layernorm', 'linear', 'linear'];
    expect(fused.ops.map(op => op.op)).toEqual(['embedding', 'embedding', ...layer, ...layer, 'layernorm']);
  });

  test('the ops of the second layer, whole', () => {
    expect(fused.ops.slice(9, 16)).toEqual([
      { op: 'layernorm', x: 'h.0', weight: 'h.1.ln_1.weight', bias: 'h.1.ln_1.bias', eps: 1e-5, out: 'h.1.ln_1' },
      {
        op: 'linear',
        x: 'h.1.ln_1',
        weight: 'h.1.attn.c_attn.weight',
        bias: 'h.1.attn.c_attn.bias',
        kv: { layer: 1, from: 8 },
        out: 'h.1.attn.c_attn',
      },
      { op: 'attention', layer: 1, q: { value: 'h.1.attn.c_attn', offset: 0, width: 8 }, scale: 0.5, out: 'h.1.attn' },
      {
        op: 'linear',
        x: 'h.1.attn',
        weight: 'h.1.attn.c_proj.weight',
        bias: 'h.1.attn.c_proj.bias',
        residual: 'h.0',
        out: 'h.1.attn.residual',
      },
      {
        op: 'layernorm',
        x: 'h.1.attn.residual',
        weight: 'h.1.ln_2.weight',
        bias: 'h.1.ln_2.bias',
        eps: 1e-5,
        out: 'h.1.ln_2',
      },
      {
        op: 'linear',
        x: 'h.1.ln_2',
        weight: 'h.1.mlp.c_fc.weight',
        bias: 'h.1.mlp.c_fc.bias',
        activation: 'gelu_new',
        out: 'h.1.mlp.act',
      },
      {
        op: 'linear',
        x: 'h.1.mlp.act',
        weight: 'h.1.mlp.c_proj.weight',
        bias: 'h.1.mlp.c_proj.bias',
        residual: 'h.1.attn.residual',
        out: 'h.1',
      },
    ]);
  });

  test('the embeddings become a sum in one op, and the first op stays plain', () => {
    expect(fused.ops.slice(0, 2)).toEqual([
      { op: 'embedding', table: 'wte.weight', index: 'id', out: 'wte' },
      { op: 'embedding', table: 'wpe.weight', index: 'position', residual: 'wte', out: 'embed' },
    ]);
  });

  test('widths hold exactly the values that are still written, and every operand is written before it is read', () => {
    expect(Object.keys(fused.widths).sort()).toEqual(fused.ops.map(valueWritten).sort());
    expect(fused.widths['h.0.attn.c_attn']).toBe(24);
    const known = new Set<string | null>();
    for (const op of fused.ops) {
      for (const value of valuesRead(op)) expect(known).toContain(value);
      known.add(valueWritten(op));
    }
  });

  test('the input graph is untouched, and a fused graph does not change again', () => {
    expect(graph).toEqual(buildGraph(config).graph);
    expect(fuse(fused)).toEqual(fused);
  });

  test('a kept value is written in full', () => {
    const kept = fuse(graph, ['h.1.attn.c_attn', 'h.0.mlp.c_fc', 'wpe']);
    expect(kept.ops).toContainEqual(expect.objectContaining({ op: 'kv_append', layer: 1 }));
    expect(kept.ops).not.toContainEqual(expect.objectContaining({ op: 'kv_append', layer: 0 }));
    expect(kept.ops).toContainEqual({ op: 'activation', kind: 'gelu_new', x: 'h.0.mlp.c_fc', out: 'h.0.mlp.act' });
    // The other table takes the sum instead.
    expect(kept.ops[1]).toEqual({ op: 'embedding', table: 'wte.weight', index: 'id', residual: 'wpe', out: 'embed' });
  });
});

describe('fuse leaves alone', () => {
  test('a value that two ops read', () => {
    const ops: Op[] = [embed, product, biased, { op: 'add', a: 'y', b: 'p', out: 'z' }];
    expect(fuse(small(ops, 'z')).ops).toEqual([embed, product, biased, { op: 'add', a: 'y', b: 'p', out: 'z' }]);
  });

  test('a value that one op reads twice', () => {
    const ops: Op[] = [embed, product, { op: 'add', a: 'p', b: 'p', out: 'z' }];
    expect(fuse(small(ops, 'z')).ops).toEqual(ops);
  });

  test('the final value', () => {
    const ops: Op[] = [embed, product, biased];
    expect(fuse(small(ops, 'p')).ops).toEqual(ops);
    expect(fuse(small(ops, 'y')).ops).toHaveLength(2);
  });

  test('a bias after an activation or after a sum, and a second bias', () => {
    const relu: Op = { op: 'activation', kind: 'relu', x: 'p', out: 'r' };
    const late: Op = { op: 'bias', x: 'r', bias: 'b', out: 'y' };
    expect(fuse(small([embed, product, relu, late], 'y')).ops).toEqual([
      embed,
      { ...product, activation: 'relu', out: 'r' },
      late,
    ]);
    const twice: Op = { op: 'bias', x: 'y', bias: 'b2', out: 'z' };
    expect(fuse(small([embed, product, biased, twice], 'z')).ops).toEqual([
      embed,
      { ...product, bias: 'b', out: 'y' },
      twice,
    ]);
    const sum: Op = { op: 'add', a: 'x', b: 'p', out: 's' };
    const after: Op = { op: 'activation', kind: 'relu', x: 's', out: 'z' };
    expect(fuse(small([embed, product, sum, after], 'z')).ops).toEqual([
      embed,
      { ...product, residual: 'x', out: 's' },
      after,
    ]);
  });
});

describe('fuse and the cache', () => {
  const q = { value: 'p', offset: 0, width: 2 };
  const k = { value: 'p', offset: 2, width: 1 };
  const v = { value: 'p', offset: 3, width: 1 };
  const append: Op = { op: 'kv_append', layer: 0, k, v };
  const attention: Op = { op: 'attention', layer: 0, q, scale: 1, out: 'o' };
  const count = (ops: Op[], final: string) => fuse(small(ops, final)).ops.filter(op => op.op === 'kv_append').length;

  test('keys and values at the tail are written by the product', () => {
    expect(fuse(small([embed, product, append, attention], 'o')).ops).toEqual([
      embed,
      { ...product, kv: { layer: 0, from: 2 } },
      attention,
    ]);
  });

  test('not where keys and values are apart, turned round, or not at the end', () => {
    expect(count([embed, product, { ...append, k: v, v: k }, attention], 'o')).toBe(1);
    expect(count([embed, product, { ...append, k: { ...k, offset: 1 } }, attention], 'o')).toBe(1);
    const early: Op = { ...append, k: { ...k, offset: 1 }, v: { ...v, offset: 2 } };
    const ops: Op[] = [embed, product, early, { ...attention, q: { ...q, width: 1 } }];
    expect(count(ops, 'o')).toBe(1);
  });

  test('not where another op reads those columns', () => {
    expect(count([embed, product, append, { ...attention, q: { ...q, offset: 1 } }], 'o')).toBe(1);
    expect(count([embed, product, append, attention, { op: 'add', a: 'o', b: 'p', out: 'z' }], 'z')).toBe(1);
    expect(count([embed, product, append, { ...append, layer: 1 }, attention], 'o')).toBe(2);
    expect(count([embed, product, append, attention], 'p')).toBe(1);
  });

  test('not past an op that uses the cache of that layer', () => {
    expect(count([embed, product, attention, append], 'o')).toBe(1);
    expect(count([embed, product, { ...attention, layer: 1 }, append], 'o')).toBe(0);
  });
});

describe('fuse on a Llama', () => {
  const sizes = {
    hidden_size: 32,
    intermediate_size: 48,
    num_hidden_layers: 1,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    vocab_size: 11,
    max_position_embeddings: 16,
  };
  const of = (model_type: string, more: object = {}) => buildGraph({ model_type, ...sizes, ...more }).graph;
  const kinds = ({ ops }: Graph) => ops.map(({ op }) => op);
  const turn = ({ ops }: Graph) => ops.find(op => op.op === 'rotary');

  test('nine ops a layer; norms of heads and the cache belong to the turn', () => {
    const layer = ['rmsnorm', 'linear', 'rotary', 'attention', 'linear', 'rmsnorm', 'linear', 'gated', 'linear'];
    for (const graph of [of('llama'), of('qwen3', { head_dim: 8 }), of('granite', { residual_multiplier: 0.5 })])
      expect(kinds(fuse(graph))).toEqual(['embedding', ...layer, 'rmsnorm']);
    const qwen = turn(fuse(of('qwen3', { head_dim: 8 })));
    const v = { value: 'layers.0.self_attn.qkv', offset: 48, width: 16 };
    expect(qwen).toMatchObject({ norm: { plusOne: false, eps: 1e-6 }, kv: { layer: 0, from: 32, v } });
    expect(qwen).toMatchObject({ x: { value: 'layers.0.self_attn.qkv', offset: 0, width: 48 } });
  });

  test('factors go into the product and the embedding, norms after a part take the residual', () => {
    const granite = fuse(of('granite', { residual_multiplier: 0.5, embedding_multiplier: 3 }));
    expect(granite.ops[0]).toMatchObject({ op: 'embedding', scale: 3, out: 'embed' });
    expect(granite.ops.filter(op => op.op === 'linear' && op.scale === 0.5 && op.residual !== undefined)).toHaveLength(
      2,
    );
    const gemma = fuse(of('gemma2', { head_dim: 8 }));
    expect(gemma.ops.filter(op => op.op === 'rmsnorm' && op.residual !== undefined)).toHaveLength(2);
  });

  test('values that are kept stay, each with the op that makes it', () => {
    const plain = of('qwen3', { head_dim: 8 });
    const at = 'layers.0.self_attn';
    expect(kinds(fuse(plain, [`${at}.qk`]))).toContain('kv_append');
    expect(turn(fuse(plain, [`${at}.qk_norm`]))).not.toHaveProperty('norm');
    expect(kinds(fuse(of('gemma2', { head_dim: 8 }), ['layers.0.post_attention_layernorm']))).toContain('add');
  });

  test('a norm of all heads of a kind goes with their turn, with its own columns', () => {
    const olmo = of('olmo2', { num_key_value_heads: 4 });
    const { n_head, head_size } = olmo.dims;
    expect(turn(fuse(olmo))).toMatchObject({ norm: { group: n_head * head_size }, kv: { layer: 0 } });
    expect(turn(fuse(of('olmo2')))).toMatchObject({ norm: { group: 32, tail: 16 }, kv: { layer: 0, from: 32 } });
    expect(turn(fuse(of('qwen3', { head_dim: 8 })))).toMatchObject({ norm: { group: 8 } });
  });

  test('a norm that cuts heads stays on its own', () => {
    const olmo = of('olmo2', { num_key_value_heads: 4 });
    const half = olmo.dims.head_size / 2;
    const ops = olmo.ops.map(op => (op.op === 'rmsnorm' && op.out.endsWith('qk_norm') ? { ...op, group: half } : op));
    expect(turn(fuse({ ...olmo, ops }))).not.toHaveProperty('norm');
  });

  test('a layer without positions writes its keys from the product', () => {
    const graph = fuse(of('smollm3', { no_rope_layers: [0] }));
    expect(graph.ops.find(op => op.op === 'linear')).toMatchObject({ kv: { layer: 0, from: 32 } });
  });
});
