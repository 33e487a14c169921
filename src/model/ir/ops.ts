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
