// What every op reads and writes, in one place: rewrites and the allocation of buffers ask here.

import type { Op, ValueName } from './graph.ts';

/** The values an op reads, one entry per operand: a value used twice is listed twice. */
export function valuesRead(op: Op): ValueName[] {
  switch (op.op) {
    case 'embedding':
      return op.residual === undefined ? [] : [op.residual];
    case 'add':
      return [op.a, op.b];
    case 'layernorm':
    case 'bias':
    case 'activation':
    case 'mask':
      return [op.x];
    case 'linear':
      return op.residual === undefined ? [op.x] : [op.x, op.residual];
    case 'kv_append':
      return [op.k.value, op.v.value];
    case 'attention':
    case 'attention_weights':
      return [op.q.value];
    default:
      return op satisfies never;
  }
}

/** The value an op writes, or null: `kv_append` writes to the cache alone. */
export function valueWritten(op: Op): ValueName | null {
  return op.op === 'kv_append' ? null : op.out;
}

/** The weights an op reads, by name. */
export function weightsRead(op: Op): string[] {
  switch (op.op) {
    case 'embedding':
      return [op.table];
    case 'layernorm':
      return [op.weight, op.bias];
    case 'linear':
      return op.bias === undefined ? [op.weight] : [op.weight, op.bias];
    case 'bias':
      return [op.bias];
    case 'add':
    case 'activation':
    case 'mask':
    case 'kv_append':
    case 'attention':
    case 'attention_weights':
      return [];
    default:
      return op satisfies never;
  }
}

/** The same op on values of other names: `read` names its operands, `written` its result. */
export function renamed(op: Op, read: (value: ValueName) => ValueName, written = (value: ValueName) => value): Op {
  switch (op.op) {
    case 'embedding':
      return { ...op, ...(op.residual !== undefined && { residual: read(op.residual) }), out: written(op.out) };
    case 'add':
      return { ...op, a: read(op.a), b: read(op.b), out: written(op.out) };
    case 'layernorm':
    case 'bias':
    case 'activation':
    case 'mask':
      return { ...op, x: read(op.x), out: written(op.out) };
    case 'linear': {
      const residual = op.residual === undefined ? {} : { residual: read(op.residual) };
      return { ...op, ...residual, x: read(op.x), out: written(op.out) };
    }
    case 'kv_append':
      return { ...op, k: { ...op.k, value: read(op.k.value) }, v: { ...op.v, value: read(op.v.value) } };
    case 'attention':
    case 'attention_weights':
      return { ...op, q: { ...op.q, value: read(op.q.value) }, out: written(op.out) };
    default:
      return op satisfies never;
  }
}
